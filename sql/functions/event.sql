-- The outbox as the job deliver works it off: take, send outside, finish.

-- Takes a waiting mail for one try and says what it is about.  The next try is set at
-- once (p_first_s seconds, doubled with each try up to p_most_s), so a mail that kills
-- its sender does not keep the others from going.  No row: there is nothing to send, and
-- the queue's head is cleared.
CREATE OR REPLACE FUNCTION event.take_mail(p_tenant uuid, p_outbox uuid, p_first_s integer, p_most_s integer)
RETURNS TABLE (store_id uuid, template text, order_id uuid, cart_id uuid, customer_id uuid, change_id uuid, locale text,
	currency text, attempt integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item record;
BEGIN
	UPDATE event.outbox o SET attempts = o.attempts + 1
	WHERE o.outbox_id = p_outbox AND o.state = 'waiting' RETURNING o.* INTO item;
	IF NOT FOUND THEN
		DELETE FROM event.ready r WHERE r.tenant_id = p_tenant AND r.outbox_id = p_outbox;
		RETURN;
	END IF;
	UPDATE event.ready r
	SET due_at = sutler.now() + make_interval(secs => least(p_first_s * 2.0 ^ least(item.attempts - 1, 30), p_most_s))
	WHERE r.tenant_id = p_tenant AND r.outbox_id = p_outbox;
	RETURN QUERY SELECT item.store_id, item.template, item.order_id, item.cart_id, item.customer_id, item.change_id,
		coalesce(o.locale, c.locale, p.locale, w.locale, ''), coalesce(o.currency, c.currency, ''), item.attempts
	FROM (SELECT) AS one
	LEFT JOIN sales."order" o ON o.order_id = item.order_id
	LEFT JOIN sales.cart c ON c.cart_id = item.cart_id
	LEFT JOIN customer.person p ON p.customer_id = item.customer_id
	LEFT JOIN staff.person w ON w.staff_id = item.staff_id;
END
$$;
COMMENT ON FUNCTION event.take_mail(uuid, uuid, integer, integer) IS
	'Takes a waiting mail for one try and sets the next; no row when it needs none.';

-- What became of a try.  done, failed, dropped: it is over.  waiting: the next try stands.
-- again: the server was away, which is not the mail's fault: the try does not count.
CREATE OR REPLACE FUNCTION event.finish_mail(p_tenant uuid, p_outbox uuid, p_state text, p_error text, p_again_s integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF p_state = 'again' THEN
		UPDATE event.outbox o SET attempts = greatest(o.attempts - 1, 0), last_error = p_error
		WHERE o.outbox_id = p_outbox AND o.state = 'waiting';
		UPDATE event.ready r SET due_at = sutler.now() + make_interval(secs => p_again_s)
		WHERE r.tenant_id = p_tenant AND r.outbox_id = p_outbox;
		RETURN;
	END IF;
	UPDATE event.outbox o SET state = p_state, last_error = p_error,
		done_at = CASE WHEN p_state <> 'waiting' THEN sutler.now() END
	WHERE o.outbox_id = p_outbox AND o.state = 'waiting';
	IF p_state <> 'waiting' THEN
		DELETE FROM event.ready r WHERE r.tenant_id = p_tenant AND r.outbox_id = p_outbox;
	END IF;
END
$$;
COMMENT ON FUNCTION event.finish_mail(uuid, uuid, text, text, integer) IS
	'Books the outcome of a try: done, failed, dropped, waiting or again.';
