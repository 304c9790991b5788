-- Reminders of abandoned carts, and who does not want them.

-- Whether the owner of a mail address (folded) wants no reminders.  The hash is reckoned
-- first: under row-level security only a plain value reaches the index.
CREATE OR REPLACE FUNCTION marketing.opted_out(p_tenant uuid, p_email_key text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	hash bytea := sha256(convert_to(p_email_key, 'UTF8'));
BEGIN
	RETURN EXISTS (SELECT FROM marketing.opt_out o WHERE o.email_sha256 = hash);
END
$$;
COMMENT ON FUNCTION marketing.opted_out(uuid, text) IS 'Whether a mail address opted out of reminders.';

-- Since when; NULL: it did not.
CREATE OR REPLACE FUNCTION marketing.opted_out_at(p_tenant uuid, p_email_key text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT o.at FROM marketing.opt_out o WHERE o.tenant_id = p_tenant AND o.email_sha256 = sha256(convert_to(p_email_key, 'UTF8')) $$;
COMMENT ON FUNCTION marketing.opted_out_at(uuid, text) IS 'Since when a mail address wants no reminders.';

-- Queues the reminder p_step for carts that were last touched between p_after_s and
-- p_before_s seconds ago: with lines, with a mail address and its owner's wish to be
-- reminded, not ordered, not opted out, the step not sent before, and the step before
-- it sent at least p_gap_s seconds ago.  At most p_limit; how many were queued.
CREATE OR REPLACE FUNCTION marketing.remind(p_tenant uuid, p_step integer, p_after_s integer, p_before_s integer,
	p_gap_s integer, p_limit integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	queued integer := 0;
BEGIN
	FOR c IN
		SELECT x.cart_id, x.store_id FROM sales.cart x
		JOIN sales.contact k ON k.contact_id = x.contact_id
		JOIN tenancy.store s ON s.store_id = x.store_id AND s.status = 'active'
		WHERE x.state = 'open' AND x.reminders AND k.email <> ''
		  AND x.touched_at <= sutler.now() - make_interval(secs => p_after_s)
		  AND x.touched_at > sutler.now() - make_interval(secs => p_before_s)
		  AND EXISTS (SELECT FROM sales.cart_line l WHERE l.cart_id = x.cart_id)
		  AND NOT EXISTS (SELECT FROM marketing.reminder r WHERE r.cart_id = x.cart_id AND r.step >= p_step)
		  AND (p_step = 1 OR EXISTS (SELECT FROM marketing.reminder r WHERE r.cart_id = x.cart_id
			AND r.step = p_step - 1 AND r.queued_at <= sutler.now() - make_interval(secs => p_gap_s)))
		  AND NOT marketing.opted_out(p_tenant, k.email_key)
		ORDER BY x.cart_id LIMIT p_limit
		FOR UPDATE OF x SKIP LOCKED
	LOOP
		INSERT INTO marketing.reminder (tenant_id, cart_id, step) VALUES (p_tenant, c.cart_id, p_step) ON CONFLICT DO NOTHING;
		IF FOUND THEN
			PERFORM event.queue_mail(p_tenant, c.store_id, 'abandoned-cart', NULL, c.cart_id, NULL);
			queued := queued + 1;
		END IF;
	END LOOP;
	RETURN queued;
END
$$;
COMMENT ON FUNCTION marketing.remind(uuid, integer, integer, integer, integer, integer) IS
	'Queues one reminder step for carts left alone; how many.';

-- Whoever has the link of a reminder wants no more of them, for none of his carts.
-- False when the token opens no cart with a mail address.
CREATE OR REPLACE FUNCTION marketing.opt_out(p_tenant uuid, p_cart_token_sha256 bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cart uuid;
	mail_key text;
BEGIN
	SELECT c.cart_id, k.email_key INTO cart, mail_key
	FROM sales.cart_token t
	JOIN sales.cart c ON c.cart_id = t.cart_id
	JOIN sales.contact k ON k.contact_id = c.contact_id
	WHERE t.token_sha256 = p_cart_token_sha256 AND k.email <> '';
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	INSERT INTO marketing.opt_out (tenant_id, email_sha256) VALUES (p_tenant, sha256(convert_to(mail_key, 'UTF8')))
	ON CONFLICT DO NOTHING;
	UPDATE sales.cart c SET reminders = false WHERE c.cart_id = cart AND c.reminders;
	RETURN true;
END
$$;
COMMENT ON FUNCTION marketing.opt_out(uuid, bytea) IS 'No more reminders to the mail address of the cart that the token opens.';
