-- The queue of orders and the work of the warehouse, as staff see them.

-- Of one store, newest first; a page later than an order of the list begins behind it.  An id is a time: :since and :until
-- are days of the store's zone, both included.
-- queue_orders(store uuid, word text?, state text?, payment text?, fulfilment text?, return_state text?, method uuid?, tag text?,
-- zone text, since date?, until date?, before uuid?, most int) many
-- order_id uuid, number text, store text, word text, state text, payment text, fulfilment text, return_state text, placed time,
-- currency text, total money, name text, email text
SELECT o.order_id, o.number, s.code, o.word, o.state, o.payment, o.fulfilment, o.return_state, o.placed_at, o.currency, o.total, k.name, k.email
FROM sales."order" o
JOIN tenancy.store s ON s.store_id = o.store_id
JOIN sales.contact k ON k.contact_id = o.contact_id
WHERE o.store_id = :store
--? of_word: AND o.word = :word
--? of_state: AND o.state = :state
--? of_payment: AND o.payment = :payment
--? of_fulfilment: AND o.fulfilment = :fulfilment
--? of_return: AND o.return_state = :return_state
--? by_method: AND o.method_id = :method
--? owed: AND o.due_on IS NOT NULL AND o.payment = 'pending'
--? overdue: AND o.due_on IS NOT NULL AND o.payment = 'pending' AND o.due_on < (sutler.now() AT TIME ZONE :zone)::date
--? tagged: AND EXISTS (SELECT FROM sales.order_tag t WHERE t.tag = :tag AND t.order_id = o.order_id)
--? since: AND o.order_id >= sutler.uuid7_at(:since::timestamp AT TIME ZONE :zone)
--? until: AND o.order_id < sutler.uuid7_at((:until + 1)::timestamp AT TIME ZONE :zone)
--? later: AND o.order_id < :before
ORDER BY o.order_id DESC LIMIT :most

-- By number of the order or of a return, mail address, SKU (its newest 1 000 sales) or the beginning of a name (at most 200 people each), newest first.
-- queue_search(words text, store uuid?, before uuid?, most int) many
-- order_id uuid, number text, store text, word text, state text, payment text, fulfilment text, return_state text, placed time,
-- currency text, total money, name text, email text
WITH people AS (
	(SELECT c.contact_id FROM sales.contact c WHERE c.email_key = lower(:words) LIMIT 200)
	UNION
	(SELECT c.contact_id FROM sales.contact c
		WHERE c.name_key COLLATE "C" >= lower(:words) AND c.name_key COLLATE "C" < lower(:words) || chr(1114111)
		ORDER BY c.name_key COLLATE "C" LIMIT 200)
), found AS (
	SELECT o.order_id FROM sales."order" o WHERE o.number = :words
	--? in_store: AND o.store_id = :store
	UNION
	SELECT o.order_id FROM sales.return r JOIN sales."order" o ON o.order_id = r.order_id WHERE r.number_key = lower(:words)
	--? in_store: AND o.store_id = :store
	UNION
	SELECT o.order_id FROM people p
	CROSS JOIN LATERAL (SELECT x.order_id FROM sales."order" x WHERE x.contact_id = p.contact_id
		--? in_store: AND x.store_id = :store
		ORDER BY x.order_id DESC LIMIT :most) o
	UNION
	(SELECT l.order_id FROM catalog.variant v
		CROSS JOIN LATERAL (SELECT x.order_id FROM sales.order_line x WHERE x.variant_id = v.variant_id
			--? later: AND x.order_id < :before
			ORDER BY x.order_id DESC LIMIT 1000) l
		WHERE v.sku_key = lower(:words)
		--? in_store: AND EXISTS (SELECT FROM sales."order" y WHERE y.order_id = l.order_id AND y.store_id = :store)
		ORDER BY l.order_id DESC LIMIT :most)
)
SELECT o.order_id, o.number, o.code, o.word, o.state, o.payment, o.fulfilment, o.return_state, o.placed_at, o.currency, o.total, o.name, o.email
FROM (SELECT f.order_id FROM found f
	WHERE f.order_id IS NOT NULL
	--? page: AND f.order_id < :before
	ORDER BY f.order_id DESC LIMIT :most) f
-- one look-up each: LIMIT keeps the planner from reading the tables whole
CROSS JOIN LATERAL (SELECT x.order_id, x.number, s.code, x.word, x.state, x.payment, x.fulfilment, x.return_state, x.placed_at, x.currency, x.total, k.name, k.email
	FROM sales."order" x
	JOIN tenancy.store s ON s.store_id = x.store_id
	JOIN sales.contact k ON k.contact_id = x.contact_id
	WHERE x.order_id = f.order_id
	--? in_store: AND x.store_id = :store
	LIMIT 1) o
ORDER BY o.order_id DESC

-- Open pick lists, the oldest first.
-- fulfil_waves(most int) many
-- wave uuid, warehouse text, number int, zone text, made time, pieces int, picked int, packed int
SELECT w.wave_id, h.code, w.number, w.zone, w.created_at, coalesce(p.quantity, 0)::bigint, coalesce(p.picked, 0)::bigint, coalesce(p.packed, 0)::bigint
FROM shipping.wave w
JOIN inventory.warehouse h ON h.warehouse_id = w.warehouse_id
LEFT JOIN LATERAL (SELECT sum(x.quantity) AS quantity, sum(x.picked) AS picked, sum(x.packed) AS packed
	FROM shipping.pick x WHERE x.wave_id = w.wave_id) p ON true
WHERE w.state = 'open'
ORDER BY w.created_at, w.wave_id LIMIT :most

-- A pick list in the order of the walk: zone, bin, SKU; lots: which to take.
-- fulfil_picks(wave uuid) many
-- zone text, bin text, sku text, name text, options text, order_id uuid, number text, line_no int, quantity int, picked int, packed int, lots text?
SELECT coalesce(pl.zone, ''), coalesce(pl.bin, ''), l.sku, l.name, l.options, p.order_id, o.number, p.line_no, p.quantity, p.picked, p.packed,
       (SELECT string_agg(k.number || ' × ' || y.quantity, ', ' ORDER BY k.expires_on, k.lot_id) FROM shipping.pick_lot y JOIN inventory.lot k ON k.lot_id = y.lot_id
           WHERE y.wave_id = p.wave_id AND y.order_id = p.order_id AND y.line_no = p.line_no AND k.number <> '')
FROM shipping.pick p
JOIN shipping.wave w ON w.wave_id = p.wave_id
JOIN sales.order_line l ON l.order_id = p.order_id AND l.line_no = p.line_no
JOIN sales."order" o ON o.order_id = p.order_id
LEFT JOIN inventory.place pl ON pl.warehouse_id = w.warehouse_id AND pl.variant_id = p.variant_id
WHERE p.wave_id = :wave
ORDER BY 1, 2, 3, o.number, p.line_no

-- fulfil_parcels(order_id uuid) many
-- parcel uuid, parcel_no int, warehouse text, state text, quality text, weight_g int, carrier text, tracking text, url text, sent time?, arrived time?
SELECT k.parcel_id, k.parcel_no, h.code, k.state, k.quality, k.weight_g, coalesce(s.carrier, ''), coalesce(s.tracking_number, ''), coalesce(s.tracking_url, ''),
       s.shipped_at, s.delivered_at
FROM shipping.parcel k
JOIN inventory.warehouse h ON h.warehouse_id = k.warehouse_id
LEFT JOIN shipping.shipment s ON s.shipment_id = k.shipment_id
WHERE k.order_id = :order_id
ORDER BY k.parcel_no

-- fulfil_parcel_lines(parcel uuid) many
-- line_no int, sku text, name text, options text, quantity int
SELECT x.line_no, l.sku, l.name, l.options, x.quantity
FROM shipping.parcel_line x
JOIN sales.order_line l ON l.order_id = x.order_id AND l.line_no = x.line_no
WHERE x.parcel_id = :parcel
ORDER BY x.line_no
