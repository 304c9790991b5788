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
