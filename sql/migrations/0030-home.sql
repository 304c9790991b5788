-- transactional
-- The first page of the console as each person arranges it.

ALTER TABLE staff.person ADD COLUMN home text[] NOT NULL DEFAULT '{}'
	CHECK (cardinality(home) <= 20 AND array_to_string(home, ',', '?') ~ '^(-?[a-z]{1,20}(,|$))*$');
COMMENT ON COLUMN staff.person.home IS 'What the first page shows, in this order; a minus in front hides it. What is not named stands behind.';
