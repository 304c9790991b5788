-- What staff write on orders: notes for the house or for the buyer, tags; cancellation by staff.

-- A note that is shown stands on the buyer's page and goes to him by mail.
-- ok; unknown; words (none, or too many).
CREATE OR REPLACE FUNCTION sales.note(p_tenant uuid, p_actor uuid, p_order uuid, p_shown boolean, p_words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	store uuid;
	note uuid := sutler.uuid7();
	mail uuid;
BEGIN
	SELECT o.store_id INTO store FROM sales."order" o WHERE o.order_id = p_order;
	IF NOT FOUND THEN
		RETURN 'unknown';
	ELSIF btrim(p_words) = '' OR length(btrim(p_words)) > 2000 THEN
		RETURN 'words';
	END IF;
	INSERT INTO sales.order_note (tenant_id, note_id, order_id, shown, words, actor)
	VALUES (p_tenant, note, p_order, p_shown, btrim(p_words), audit.actor(p_actor));
	IF p_shown THEN
		mail := event.queue_mail(p_tenant, store, 'order-note', p_order, NULL, NULL);
		UPDATE event.outbox x SET change_id = note WHERE x.outbox_id = mail;
	END IF;
	-- The words may be about a person: the logs carry that there is a note, not what it says.
	PERFORM sales.tell(p_tenant, p_order, p_actor, CASE WHEN p_shown THEN 'note_shown' ELSE 'note' END, '', '');
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.note(uuid, uuid, uuid, boolean, text) IS 'Writes a note on an order, shown to the buyer or not. ok, unknown or words.';

-- Hangs a tag on an order or takes it off.  ok; unknown; tag (1 to 32 characters).
CREATE OR REPLACE FUNCTION sales.tag(p_tenant uuid, p_actor uuid, p_order uuid, p_tag text, p_on boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	word constant text := lower(regexp_replace(btrim(p_tag), '[[:space:]]+', ' ', 'g'));
BEGIN
	IF NOT EXISTS (SELECT FROM sales."order" o WHERE o.order_id = p_order) THEN
		RETURN 'unknown';
	ELSIF length(word) NOT BETWEEN 1 AND 32 THEN
		RETURN 'tag';
	END IF;
	IF p_on THEN
		INSERT INTO sales.order_tag (tenant_id, tag, order_id) VALUES (p_tenant, word, p_order) ON CONFLICT DO NOTHING;
	ELSE
		DELETE FROM sales.order_tag t WHERE t.tag = word AND t.order_id = p_order;
	END IF;
	IF FOUND THEN
		PERFORM sales.tell(p_tenant, p_order, p_actor, CASE WHEN p_on THEN 'tag' ELSE 'untag' END, '', word);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION sales.tag(uuid, uuid, uuid, text, boolean) IS 'Hangs a tag on an order or takes it off. ok, unknown or tag.';

-- Staff call an order off: what sales.cancel() does, with a reason and its audit entry.
CREATE OR REPLACE FUNCTION sales.staff_cancel(p_tenant uuid, p_actor uuid, p_order uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	answer text;
BEGIN
	IF p_reason = '' THEN
		RETURN 'reason';
	END IF;
	answer := sales.cancel(p_tenant, p_order, audit.actor(p_actor), p_reason);
	IF answer = 'ok' THEN
		PERFORM audit.write(p_tenant, p_actor, 'order cancel', p_order::text, p_reason, '');
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION sales.staff_cancel(uuid, uuid, uuid, text) IS 'Staff cancel an order: stock, coupon and card money go back. ok, unknown, not_allowed or reason.';
