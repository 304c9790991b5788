-- transactional
-- Words that mean the same to the shoppers of a store: who searches for one of them finds the others (SRC-03).
-- sql/functions/synonym.sql keeps and uses them.

CREATE TABLE catalog.synonym (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	locale text NOT NULL,
	line integer NOT NULL CHECK (line > 0),
	n integer NOT NULL CHECK (n > 0),
	word text NOT NULL CHECK (word <> ''),
	term tsquery NOT NULL,
	meant tsquery NOT NULL,
	PRIMARY KEY (tenant_id, store_id, locale, line, n),
	FOREIGN KEY (tenant_id, store_id, locale) REFERENCES tenancy.store_locale ON DELETE CASCADE
);
COMMENT ON TABLE catalog.synonym IS 'One word or phrase of a line of them that mean the same in a store and language.';
COMMENT ON COLUMN catalog.synonym.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.synonym.store_id IS 'The storefront.';
COMMENT ON COLUMN catalog.synonym.locale IS 'Language.';
COMMENT ON COLUMN catalog.synonym.line IS 'The line as staff wrote it, from 1.';
COMMENT ON COLUMN catalog.synonym.n IS 'The place in the line, from 1.';
COMMENT ON COLUMN catalog.synonym.word IS 'As staff wrote it.';
COMMENT ON COLUMN catalog.synonym.term IS 'What a search must ask for, for the line to be meant.';
COMMENT ON COLUMN catalog.synonym.meant IS 'Any word of the line, which is asked for instead.';
SELECT sutler.protect('catalog.synonym');
CREATE POLICY search ON catalog.synonym FOR SELECT TO sutler_search USING (true);
-- The owner is a member of that role, but its functions see one tenant here as anywhere.
CREATE POLICY owner ON catalog.synonym AS RESTRICTIVE FOR SELECT TO CURRENT_USER
	USING (tenant_id = nullif(current_setting('sutler.tenant', true), '')::uuid);
