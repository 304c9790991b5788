-- Two accounts of one person become one.
--
-- p_keep goes on, p_gone is over.  Orders, addresses, notes, tags, carts and the history of mails
-- go to p_keep; what p_keep leaves empty is filled in; who wants no reminders at either address
-- gets none.  Invoices and the log stay as they are.  Sessions, password, known browsers and links
-- of p_gone end.  Its mail address, if it was proven, opens the account that goes on, with that
-- one's password; who asks for a new password or registers with it is told so by mail.
--
-- Both people are locked first, in the order of their ids, so that two merges of the same pair
-- come one after the other, and the second finds it done.  An order that is placed meanwhile waits
-- in sales.order_owner, or is seen here.

-- Whose an address is: the folded address of the account that it opens.
CREATE OR REPLACE FUNCTION customer.account_key(p_tenant uuid, p_email text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT k.email_key FROM customer.person m
		JOIN customer.person k ON k.tenant_id = m.tenant_id AND k.customer_id = m.merged_into
		WHERE m.tenant_id = p_tenant AND m.email_key = customer.email_key(p_email)), customer.email_key(p_email))
$$;
COMMENT ON FUNCTION customer.account_key(uuid, text) IS 'The folded address of the account that an address opens; itself where it opens none.';

-- Orders never become those of an account that is over.  The lock is the one that the foreign
-- key takes as well: it waits for a merge, and a merge for it.
CREATE OR REPLACE FUNCTION sales.order_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other uuid;
BEGIN
	LOOP
		SELECT p.merged_into INTO other FROM customer.person p
		WHERE p.tenant_id = NEW.tenant_id AND p.customer_id = NEW.customer_id FOR KEY SHARE;
		EXIT WHEN other IS NULL;
		NEW.customer_id := other;
	END LOOP;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION sales.order_owner() IS 'Trigger: an order of an account that was joined to another is that one''s.';
CREATE OR REPLACE TRIGGER order_owner BEFORE INSERT OR UPDATE OF customer_id ON sales."order"
	FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION sales.order_owner();

-- The open carts: where both have one in a store, the goods go into that of p_keep.
CREATE OR REPLACE FUNCTION customer.merge_carts(p_tenant uuid, p_keep uuid, p_gone uuid, p_most_lines integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	one record;
BEGIN
	PERFORM FROM sales.cart c WHERE c.tenant_id = p_tenant AND c.customer_id IN (p_keep, p_gone) AND c.state = 'open' ORDER BY c.cart_id FOR UPDATE;
	FOR one IN SELECT g.cart_id AS gone, k.cart_id AS keep FROM sales.cart g
		LEFT JOIN sales.cart k ON k.tenant_id = g.tenant_id AND k.store_id = g.store_id AND k.customer_id = p_keep AND k.state = 'open'
		WHERE g.tenant_id = p_tenant AND g.customer_id = p_gone AND g.state = 'open' ORDER BY g.cart_id
	LOOP
		IF one.keep IS NOT NULL THEN
			PERFORM sales.cart_pour(p_tenant, one.gone, one.keep, p_most_lines);
			PERFORM sales.cart_drop(p_tenant, one.gone);
		END IF;
	END LOOP;
	UPDATE sales.cart c SET customer_id = p_keep WHERE c.tenant_id = p_tenant AND c.customer_id = p_gone;
END
$$;
COMMENT ON FUNCTION customer.merge_carts(uuid, uuid, uuid, integer) IS 'Part of customer.merge(): carts.';

-- Addresses that the other has not, without the marks of its defaults where it has its own; notes, tags and
-- own fields that it leaves empty.
CREATE OR REPLACE FUNCTION customer.merge_book(p_tenant uuid, p_keep uuid, p_gone uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM customer.address a WHERE a.tenant_id = p_tenant AND a.customer_id = p_gone AND EXISTS (SELECT FROM customer.address k
		WHERE k.tenant_id = p_tenant AND k.customer_id = p_keep AND (k.name, k.company, k.street, k.street2, k.postal_code, k.city, k.region, k.country)
			= (a.name, a.company, a.street, a.street2, a.postal_code, a.city, a.region, a.country));
	UPDATE customer.address a SET customer_id = p_keep,
		is_shipping = a.is_shipping AND NOT EXISTS (SELECT FROM customer.address k WHERE k.tenant_id = p_tenant AND k.customer_id = p_keep AND k.is_shipping),
		is_billing = a.is_billing AND NOT EXISTS (SELECT FROM customer.address k WHERE k.tenant_id = p_tenant AND k.customer_id = p_keep AND k.is_billing)
	WHERE a.tenant_id = p_tenant AND a.customer_id = p_gone;
	UPDATE customer.person_note n SET customer_id = p_keep WHERE n.tenant_id = p_tenant AND n.customer_id = p_gone;
	INSERT INTO customer.person_tag (tenant_id, customer_id, store_id, tag)
	SELECT p_tenant, p_keep, p.store_id, t.tag FROM customer.person_tag t
	JOIN customer.person p ON p.tenant_id = t.tenant_id AND p.customer_id = p_keep
	WHERE t.tenant_id = p_tenant AND t.customer_id = p_gone ON CONFLICT DO NOTHING;
	DELETE FROM customer.person_tag t WHERE t.tenant_id = p_tenant AND t.customer_id = p_gone;
	INSERT INTO customer.field_value (tenant_id, customer_id, code, value)
	SELECT p_tenant, p_keep, v.code, v.value FROM customer.field_value v WHERE v.tenant_id = p_tenant AND v.customer_id = p_gone ON CONFLICT DO NOTHING;
	DELETE FROM customer.field_value v WHERE v.tenant_id = p_tenant AND v.customer_id = p_gone;
END
$$;
COMMENT ON FUNCTION customer.merge_book(uuid, uuid, uuid) IS 'Part of customer.merge(): addresses, notes, tags and own fields.';

-- What an account that is over has no use for: ways in, mails that wait, wishes for a copy.
CREATE OR REPLACE FUNCTION customer.merge_close(p_tenant uuid, p_keep uuid, p_gone uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM customer.session s WHERE s.tenant_id = p_tenant AND s.customer_id = p_gone;
	DELETE FROM customer.credential c WHERE c.tenant_id = p_tenant AND c.customer_id = p_gone;
	DELETE FROM customer.device d WHERE d.tenant_id = p_tenant AND d.customer_id = p_gone;
	DELETE FROM customer.token t WHERE t.tenant_id = p_tenant AND t.customer_id = p_gone;
	DELETE FROM customer.email_change e WHERE e.tenant_id = p_tenant AND e.customer_id = p_gone;
	DELETE FROM event.ready r USING event.outbox m
	WHERE r.tenant_id = p_tenant AND r.outbox_id = m.outbox_id AND m.tenant_id = p_tenant AND m.customer_id = p_gone AND m.state = 'waiting';
	UPDATE event.outbox m SET customer_id = p_keep, state = CASE m.state WHEN 'waiting' THEN 'dropped' ELSE m.state END,
		done_at = coalesce(m.done_at, CASE m.state WHEN 'waiting' THEN sutler.now() END)
	WHERE m.tenant_id = p_tenant AND m.customer_id = p_gone;
	UPDATE customer.request r SET state = 'cancelled', done_at = sutler.now()
	WHERE r.tenant_id = p_tenant AND r.customer_id = p_gone AND r.kind = 'export' AND r.state IN ('waiting', 'running');
END
$$;
COMMENT ON FUNCTION customer.merge_close(uuid, uuid, uuid) IS 'Part of customer.merge(): sessions, password, links and waiting mails end.';

-- ok; unknown (one is not there); over (one was joined or forgotten meanwhile); leaving (one has
-- asked to be forgotten); same (one with itself).
CREATE OR REPLACE FUNCTION customer.merge(p_tenant uuid, p_actor uuid, p_keep uuid, p_gone uuid, p_most_lines integer, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	g record;
	n integer;
BEGIN
	IF p_keep = p_gone THEN
		RETURN 'same';
	END IF;
	PERFORM FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id IN (p_keep, p_gone) ORDER BY p.customer_id FOR UPDATE;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n < 2 THEN
		RETURN 'unknown';
	ELSIF EXISTS (SELECT FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id IN (p_keep, p_gone) AND p.erased_at IS NOT NULL) THEN
		RETURN 'over';
	ELSIF EXISTS (SELECT FROM customer.request r WHERE r.tenant_id = p_tenant AND r.customer_id IN (p_keep, p_gone) AND r.kind = 'erase'
			AND r.state IN ('waiting', 'running')) THEN
		RETURN 'leaving';
	END IF;
	SELECT p.* INTO g FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_gone;
	PERFORM customer.claim_orders(p_tenant, p_gone);
	PERFORM customer.merge_carts(p_tenant, p_keep, p_gone, p_most_lines);
	UPDATE sales."order" o SET customer_id = p_keep WHERE o.tenant_id = p_tenant AND o.customer_id = p_gone;
	GET DIAGNOSTICS n = ROW_COUNT;
	PERFORM customer.merge_book(p_tenant, p_keep, p_gone);
	PERFORM customer.merge_close(p_tenant, p_keep, p_gone);
	IF marketing.opted_out(p_tenant, g.email_key) THEN
		INSERT INTO marketing.opt_out (tenant_id, email_sha256)
		SELECT p_tenant, sha256(convert_to(p.email_key, 'UTF8')) FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_keep
		ON CONFLICT DO NOTHING;
	END IF;
	UPDATE customer.person p SET name = coalesce(nullif(p.name, ''), g.name), phone = coalesce(nullif(p.phone, ''), g.phone),
		company = CASE WHEN p.customer_type = 'business' THEN p.company ELSE g.company END,
		tax_id = CASE WHEN p.customer_type = 'business' THEN coalesce(nullif(p.tax_id, ''), g.tax_id) ELSE g.tax_id END,
		customer_type = CASE WHEN g.customer_type = 'business' THEN 'business' ELSE p.customer_type END,
		locale = coalesce(nullif(p.locale, ''), g.locale), price_group = coalesce(p.price_group, g.price_group)
	WHERE p.tenant_id = p_tenant AND p.customer_id = p_keep;
	-- Those that were joined to it before follow.
	UPDATE customer.person p SET merged_into = p_keep WHERE p.tenant_id = p_tenant AND p.merged_into = p_gone;
	UPDATE customer.person p SET merged_into = p_keep, erased_at = sutler.now(), name = '', phone = '', company = '', tax_id = '',
		customer_type = 'consumer', price_group = NULL,
		-- The language stays, for what its address is told.  An address that nobody proved may be a stranger's: it is free again.
		email = CASE WHEN p.verified_at IS NULL THEN 'erased-' || p_gone || '@invalid' ELSE p.email END
	WHERE p.tenant_id = p_tenant AND p.customer_id = p_gone;
	PERFORM audit.add(p_tenant, p_actor::text, 'customer.merged', 'customer ' || p_keep, p_reason, json_build_object('gone', p_gone, 'orders', n)::text);
	PERFORM audit.add(p_tenant, p_actor::text, 'customer.merged', 'customer ' || p_gone, p_reason, json_build_object('into', p_keep)::text);
	PERFORM customer.queue_mail(p_tenant, p.store_id, p.customer_id, 'account-joined', NULL) FROM customer.person p
	WHERE p.tenant_id = p_tenant AND p.customer_id IN (p_keep, p_gone) AND p.verified_at IS NOT NULL;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.merge(uuid, uuid, uuid, uuid, integer, text) IS 'Makes one account of two. ok, same, unknown, over or leaving.';
