-- transactional
-- Two accounts of one person become one.

INSERT INTO staff.permission (permission) VALUES ('customers.merge');

-- What is left of an account that was joined to another: its id, which old entries of the log
-- name, and its mail address if it was proven, which goes on as the other's.
ALTER TABLE customer.person ADD COLUMN merged_into uuid,
	ADD CONSTRAINT person_merged FOREIGN KEY (tenant_id, merged_into) REFERENCES customer.person,
	ADD CONSTRAINT person_merged_is_over CHECK (merged_into IS NULL OR erased_at IS NOT NULL AND merged_into <> customer_id);
COMMENT ON COLUMN customer.person.merged_into IS 'The account that goes on in place of this one; its mail address, where it is still here, opens that one.';
CREATE INDEX person_merged_into ON customer.person (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
