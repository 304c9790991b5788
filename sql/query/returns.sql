-- Returns, as the buyer and staff see them.

-- What of his order the buyer may send back, and whether he may ask now.
-- return_choice(tenant uuid, store uuid, order_id uuid, customer uuid) many
-- line_no int, name text, options text, most int, allowed bool
SELECT l.line_no, l.name, l.options, l.shipped - l.returned, sales.can_return(o.tenant_id, o.order_id)
FROM sales."order" o
JOIN sales.order_line l ON l.order_id = o.order_id
WHERE o.order_id = (SELECT sales.order_open(:tenant, :store, NULL, :order_id, :customer)) AND l.shipped > l.returned
ORDER BY l.line_no

-- return_ask(tenant uuid, store uuid, order_id uuid, customer uuid, return_id uuid, wish text, reason text, words text, lines int[], pieces int[]) one
-- outcome text
SELECT sales.ask_return(:tenant, :store, :order_id, :customer, :return_id, :wish, :reason, :words, :lines::integer[], :pieces::integer[])

-- The returns of an order with how they stand, the newest first.
-- returns_of(tenant uuid, store uuid, link bytea?, order_id uuid?, customer uuid?) many
-- number text, state text, answer text?, at time, items text
SELECT r.number, r.state, nullif(r.answer, ''), r.changed_at,
       coalesce((SELECT string_agg(x.quantity || ' × ' || l.name || CASE WHEN l.options = '' THEN '' ELSE ' (' || l.options || ')' END, ', ' ORDER BY x.line_no)
                 FROM sales.return_line x JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no
                 WHERE x.return_id = r.return_id), '')
FROM sales.return r
WHERE r.order_id = (SELECT sales.order_open(:tenant, :store, :link, :order_id, :customer)) AND r.state <> 'withdrawn'
ORDER BY r.return_no DESC

-- What waits for staff, the oldest first.
-- returns_open(most int) many
-- return_id uuid, order_id uuid, number text, return_no int, state text, wish text, reason text, at time
SELECT r.return_id, r.order_id, o.number, r.return_no, r.state, r.wish, r.reason, r.created_at
FROM sales.return r
JOIN sales."order" o ON o.order_id = r.order_id
WHERE r.state IN ('requested', 'approved', 'received')
ORDER BY r.created_at, r.return_id LIMIT :most
