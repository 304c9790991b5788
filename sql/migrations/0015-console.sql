-- transactional
-- Searches of the console's lists that somebody keeps under a name.

CREATE TABLE staff.search (
	tenant_id uuid NOT NULL,
	staff_id uuid NOT NULL,
	search_id uuid NOT NULL,
	place text NOT NULL CHECK (place ~ '^/admin[a-z/-]*$'),
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
	query text NOT NULL CHECK (query <> '' AND length(query) <= 1000),
	PRIMARY KEY (tenant_id, search_id),
	UNIQUE (tenant_id, staff_id, place, name),
	FOREIGN KEY (tenant_id, staff_id) REFERENCES staff.person
);
COMMENT ON TABLE staff.search IS 'A search of a list that a person keeps under a name; only that person sees it.';
COMMENT ON COLUMN staff.search.tenant_id IS 'The merchant.';
COMMENT ON COLUMN staff.search.staff_id IS 'Whose it is.';
COMMENT ON COLUMN staff.search.search_id IS 'The search.';
COMMENT ON COLUMN staff.search.place IS 'Path of the list: /admin/orders.';
COMMENT ON COLUMN staff.search.name IS 'What it is called.';
COMMENT ON COLUMN staff.search.query IS 'The search as a query string, without the place in the list.';

SELECT sutler.protect('staff.search');
