-- transactional
-- Settings that staff change in the console: who saves last is told what changed meanwhile.

ALTER TABLE tenancy.store ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN tenancy.store.revision IS 'Counts changes of this row, its languages and currencies; a form that was filled in over an older one is not saved.';
ALTER TABLE shipping.method ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN shipping.method.revision IS 'Counts changes of this row, its texts, countries and prices, likewise.';
ALTER TABLE payment.method ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN payment.method.revision IS 'Counts changes of this row, its texts and countries, likewise.';
