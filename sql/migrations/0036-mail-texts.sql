-- transactional
-- What a merchant says in his mails in place of the house's words, and trials of it.

CREATE TABLE tenancy.mail_text (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	template text NOT NULL CHECK (template ~ '^[a-z]+(-[a-z]+)*$'),
	locale text NOT NULL,
	-- No control characters: a subject is one line of a header.
	subject text NOT NULL DEFAULT '' CHECK (char_length(subject) <= 200 AND subject !~ '[[:cntrl:]]'),
	opening text NOT NULL DEFAULT '' CHECK (char_length(opening) <= 4000),
	closing text NOT NULL DEFAULT '' CHECK (char_length(closing) <= 4000),
	revision bigint NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, store_id, template, locale),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	CHECK (subject <> '' OR opening <> '' OR closing <> '')
);
COMMENT ON TABLE tenancy.mail_text IS 'Words of a store for a mail in a language; a part that is empty is the house''s own.';
COMMENT ON COLUMN tenancy.mail_text.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.mail_text.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.mail_text.template IS 'Which mail.';
COMMENT ON COLUMN tenancy.mail_text.locale IS 'Language.';
COMMENT ON COLUMN tenancy.mail_text.subject IS 'Its subject, with names in double braces.';
COMMENT ON COLUMN tenancy.mail_text.opening IS 'Heading, greeting and introduction: Markdown, likewise.';
COMMENT ON COLUMN tenancy.mail_text.closing IS 'What stands before the signature, likewise.';
COMMENT ON COLUMN tenancy.mail_text.revision IS 'Counts changes; a form that was filled in over an older one is not saved.';

CREATE TABLE tenancy.mail_trial (
	tenant_id uuid NOT NULL,
	trial_id uuid NOT NULL,
	store_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	template text NOT NULL,
	locale text NOT NULL,
	subject text NOT NULL CHECK (char_length(subject) <= 200),
	opening text NOT NULL CHECK (char_length(opening) <= 4000),
	closing text NOT NULL CHECK (char_length(closing) <= 4000),
	created_at timestamptz NOT NULL DEFAULT sutler.now(),
	PRIMARY KEY (tenant_id, trial_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person ON DELETE CASCADE
);
COMMENT ON TABLE tenancy.mail_trial IS 'A mail that staff send themselves to see it, in words that need not be saved; kept for a day.';
COMMENT ON COLUMN tenancy.mail_trial.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.mail_trial.trial_id IS 'The trial; event.outbox.change_id of its mail.';
COMMENT ON COLUMN tenancy.mail_trial.store_id IS 'The storefront.';
COMMENT ON COLUMN tenancy.mail_trial.staff_id IS 'Who asked for it and gets it.';
COMMENT ON COLUMN tenancy.mail_trial.template IS 'Which mail.';
COMMENT ON COLUMN tenancy.mail_trial.locale IS 'Language.';
COMMENT ON COLUMN tenancy.mail_trial.subject IS 'Subject as it was typed.';
COMMENT ON COLUMN tenancy.mail_trial.opening IS 'Opening as it was typed.';
COMMENT ON COLUMN tenancy.mail_trial.closing IS 'Closing as it was typed.';
COMMENT ON COLUMN tenancy.mail_trial.created_at IS 'When it was asked for.';
CREATE INDEX mail_trial_store ON tenancy.mail_trial (tenant_id, store_id);
CREATE INDEX mail_trial_staff ON tenancy.mail_trial (tenant_id, staff_id, created_at);

SELECT sutler.protect('tenancy.mail_text', 'tenancy.mail_trial');

COMMENT ON COLUMN event.outbox.change_id IS 'What it is about beside: the change of mail address, the credit note, the note, the purchase order or the trial.';

-- A series that was begun goes on by one each time: whoever writes to it can neither leave a number out nor give one twice.
CREATE FUNCTION accounting.keep_series() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.next_number NOT IN (OLD.next_number, OLD.next_number + 1) AND (
		EXISTS (SELECT FROM accounting.invoice i WHERE i.tenant_id = NEW.tenant_id AND i.store_id = NEW.store_id AND i.series = NEW.series)
		OR EXISTS (SELECT FROM accounting.credit_note c WHERE c.tenant_id = NEW.tenant_id AND c.store_id = NEW.store_id AND c.series = NEW.series)) THEN
		RAISE EXCEPTION 'series % has begun and goes on with %', OLD.series, OLD.next_number USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION accounting.keep_series() IS 'Refuses to move a series of invoices or credit notes that has begun.';
CREATE TRIGGER keep_series BEFORE UPDATE OF next_number ON accounting.series FOR EACH ROW EXECUTE FUNCTION accounting.keep_series();
