-- transactional
-- The smallest step of a currency's amounts, and codes without the address they prove.

ALTER TABLE tenancy.store_currency ADD COLUMN step bigint NOT NULL DEFAULT 1 CHECK (step BETWEEN 1 AND 100000);
COMMENT ON COLUMN tenancy.store_currency.step IS
	'Amounts are multiples of so many minor units: 100 is whole rupiah without sen, 5 is five Rappen.';

ALTER TABLE sales."order" ADD COLUMN amount_step bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN sales."order".amount_step IS 'The step that taxes and discounts of this document were rounded to, minor units.';

-- The address is the cart's contact; here only what tells whether it is still the same.
DELETE FROM sales.verification;
ALTER TABLE sales.verification DROP COLUMN email;
ALTER TABLE sales.verification ADD COLUMN email_sha256 bytea NOT NULL CHECK (length(email_sha256) = 32);
COMMENT ON COLUMN sales.verification.email_sha256 IS 'Hash of the folded address that the code proves; the address itself is the contact''s.';
