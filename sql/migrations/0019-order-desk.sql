-- transactional
-- The desk of orders: who may book money by hand, and ways into the queue of one store by each state.

INSERT INTO staff.permission (permission) VALUES ('orders.pay');

-- The console works in one store: each filter of its queue has its key there, newest first.
CREATE INDEX order_desk_word ON sales."order" (tenant_id, store_id, word, order_id);
CREATE INDEX order_desk_state ON sales."order" (tenant_id, store_id, state, order_id);
CREATE INDEX order_desk_payment ON sales."order" (tenant_id, store_id, payment, order_id);
CREATE INDEX order_desk_fulfilment ON sales."order" (tenant_id, store_id, fulfilment, order_id);
CREATE INDEX order_desk_return ON sales."order" (tenant_id, store_id, return_state, order_id);
CREATE INDEX order_desk_method ON sales."order" (tenant_id, store_id, method_id, order_id);
DROP INDEX sales.order_word, sales.order_by_payment, sales.order_by_fulfilment;
-- How many values a state can have, told to the planner: while a shop has seen one only ("none" of returns) it would take
-- every order to have the state that is asked for, and read a million to find none.
ALTER TABLE sales."order" ALTER COLUMN state SET (n_distinct = 4), ALTER COLUMN payment SET (n_distinct = 6),
	ALTER COLUMN fulfilment SET (n_distinct = 6), ALTER COLUMN return_state SET (n_distinct = 6), ALTER COLUMN word SET (n_distinct = 10);
