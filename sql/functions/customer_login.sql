-- Accounts: the doors through which customers register, prove their address, sign in and
-- out.  Only here hashes of passwords are read and sessions written.
--
-- What strangers see never depends on whether an address has an account: each door does the
-- same work either way, counts by what was typed, and answers alike.

-- The folded form by which an address is the same: A-Z alone, so that look-alikes of other
-- scripts stay strangers and mail goes to the stored bytes only.
CREATE OR REPLACE FUNCTION customer.email_key(p_email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT lower(p_email COLLATE "C") $$;
COMMENT ON FUNCTION customer.email_key(text) IS 'A mail address with A-Z folded.';

-- Who a network address stands for in counters: an IPv4 address, an IPv6 /64.
CREATE OR REPLACE FUNCTION customer.visitor(p_address text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT sha256(convert_to(CASE WHEN family(a.a) = 6 AND NOT a.a << '::ffff:0:0/96' THEN network(set_masklen(a.a, 64))::text ELSE host(a.a) END, 'UTF8'))
	FROM (SELECT coalesce(nullif(p_address, ''), '0.0.0.0')::inet AS a) a
$$;
COMMENT ON FUNCTION customer.visitor(text) IS 'Hash of a visitor''s IPv4 address or IPv6 /64.';

-- Queues a mail to a customer; the store is the one he is at.
CREATE OR REPLACE FUNCTION customer.queue_mail(p_tenant uuid, p_store uuid, p_customer uuid, p_template text, p_change uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item uuid := sutler.uuid7();
BEGIN
	INSERT INTO event.outbox (tenant_id, outbox_id, store_id, kind, template, customer_id, change_id)
	VALUES (p_tenant, item, p_store, 'mail', p_template, p_customer, p_change);
	INSERT INTO event.ready (tenant_id, outbox_id, due_at) VALUES (p_tenant, item, sutler.now());
END
$$;
COMMENT ON FUNCTION customer.queue_mail(uuid, uuid, uuid, text, uuid) IS 'Puts a mail to a customer into the outbox.';

-- Links of mails, made by deliver when it sends.  A newer one of its kind ends the older.
CREATE OR REPLACE FUNCTION customer.make_token(p_tenant uuid, p_token bytea, p_customer uuid, p_purpose text, p_change uuid, p_minutes integer)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	UPDATE customer.token t SET used_at = sutler.now()
	WHERE t.customer_id = p_customer AND t.purpose = p_purpose AND t.used_at IS NULL AND t.change_id IS NOT DISTINCT FROM p_change;
	INSERT INTO customer.token (tenant_id, token_sha256, customer_id, purpose, change_id, expires_at)
	VALUES (p_tenant, p_token, p_customer, p_purpose, p_change, sutler.now() + make_interval(mins => p_minutes));
END
$$;
COMMENT ON FUNCTION customer.make_token(uuid, bytea, uuid, text, uuid, integer) IS 'Keeps the hash of a mailed link; older ones of its kind end.';

-- What a mailed link opens, without using it.
CREATE OR REPLACE FUNCTION customer.token_look(p_tenant uuid, p_token bytea, p_purpose text)
RETURNS TABLE (customer_id uuid, email text, new_email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.customer_id, p.email, coalesce(CASE p_purpose WHEN 'undo' THEN c.old_email ELSE c.new_email END, '')
	FROM customer.token t
	JOIN customer.person p ON p.tenant_id = t.tenant_id AND p.customer_id = t.customer_id AND p.erased_at IS NULL
	LEFT JOIN customer.email_change c ON c.tenant_id = t.tenant_id AND c.change_id = t.change_id
	WHERE t.tenant_id = p_tenant AND t.token_sha256 = p_token AND t.purpose = p_purpose
	  AND t.used_at IS NULL AND t.expires_at > sutler.now()
$$;
COMMENT ON FUNCTION customer.token_look(uuid, bytea, text) IS 'Whose account a mailed link opens; no row when it opens none any more.';

-- Uses a mailed link: once, whatever comes at the same moment.
CREATE OR REPLACE FUNCTION customer.token_use(p_tenant uuid, p_token bytea, p_purpose text)
RETURNS TABLE (customer_id uuid, change_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE customer.token t SET used_at = sutler.now()
	WHERE t.tenant_id = p_tenant AND t.token_sha256 = p_token AND t.purpose = p_purpose
	  AND t.used_at IS NULL AND t.expires_at > sutler.now()
	RETURNING t.customer_id, t.change_id
$$;
COMMENT ON FUNCTION customer.token_use(uuid, bytea, text) IS 'Uses a mailed link up; no row when it was used, replaced or too old.';

-- ---- registering ----------------------------------------------------------------------

-- Takes a registration.  A new address, or one never proven, waits for its link; one that
-- has an account is told so by mail.  At most 5 of a visitor and 5 mails to an address in
-- an hour.  ok, or too_many (by the visitor's address alone).
CREATE OR REPLACE FUNCTION customer.register(p_tenant uuid, p_store uuid, p_address text, p_email text, p_name text,
	p_hash text, p_locale text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	folded text := customer.email_key(p_email);
	p record;
	mail boolean;
	person uuid := sutler.uuid7();
BEGIN
	IF NOT event.try(p_tenant, 'register', customer.visitor(p_address), 3600, 5) THEN
		RETURN 'too_many';
	END IF;
	mail := event.try(p_tenant, 'account-mail', sha256(convert_to(folded, 'UTF8')), 3600, 5);
	-- An address that its owner may still take back is not free.
	IF EXISTS (SELECT FROM customer.email_change c WHERE c.old_key = folded AND c.done_at > sutler.now() - interval '1 day'
		AND c.undone_at IS NULL) THEN
		RETURN 'ok';
	END IF;
	INSERT INTO customer.person (tenant_id, customer_id, email, name, locale, store_id)
	VALUES (p_tenant, person, p_email, p_name, p_locale, p_store)
	ON CONFLICT (tenant_id, email_key) DO NOTHING;
	SELECT x.customer_id, x.verified_at, x.merged_into INTO p FROM customer.person x WHERE x.email_key = folded FOR UPDATE;
	IF p.verified_at IS NULL THEN
		UPDATE customer.person x SET email = p_email, name = p_name, locale = p_locale, store_id = p_store WHERE x.customer_id = p.customer_id;
		INSERT INTO customer.credential AS c (tenant_id, customer_id, hash) VALUES (p_tenant, p.customer_id, p_hash)
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET hash = excluded.hash, changed_at = sutler.now();
	END IF;
	IF mail THEN
		PERFORM customer.queue_mail(p_tenant, p_store, p.customer_id, CASE WHEN p.verified_at IS NULL THEN 'verify'
			WHEN p.merged_into IS NOT NULL THEN 'account-joined' ELSE 'account-exists' END, NULL);
	END IF;
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.register(uuid, uuid, text, text, text, text, text) IS 'Takes a registration; what comes of it only the mail tells. ok or too_many.';

-- The link once more, for who knows the password of an account that waits for it.
CREATE OR REPLACE FUNCTION customer.verify_again(p_tenant uuid, p_store uuid, p_customer uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	folded text := (SELECT p.email_key FROM customer.person p WHERE p.customer_id = p_customer AND p.verified_at IS NULL);
BEGIN
	IF folded IS NOT NULL AND event.try(p_tenant, 'account-mail', sha256(convert_to(folded, 'UTF8')), 3600, 5) THEN
		PERFORM customer.queue_mail(p_tenant, p_store, p_customer, 'verify', NULL);
	END IF;
END
$$;
COMMENT ON FUNCTION customer.verify_again(uuid, uuid, uuid) IS 'Mails the link that proves an address once more.';

-- Orders that were placed as a guest with an address of an account that has proven it.
CREATE OR REPLACE FUNCTION customer.claim_orders(p_tenant uuid, p_customer uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
	n integer;
	claimed integer := 0;
BEGIN
	FOR p IN
		SELECT x.email_key, lower(x.email) AS folded FROM customer.person x
		WHERE x.customer_id = p_customer AND x.verified_at IS NOT NULL AND x.erased_at IS NULL
		UNION ALL
		SELECT x.email_key, lower(x.email) FROM customer.person x WHERE x.merged_into = p_customer AND x.verified_at IS NOT NULL
	LOOP
		UPDATE sales."order" o SET customer_id = p_customer
		FROM sales.contact k
		WHERE k.email_key = p.folded AND customer.email_key(k.email) = p.email_key
		  AND o.contact_id = k.contact_id AND o.customer_id IS NULL;
		GET DIAGNOSTICS n = ROW_COUNT;
		claimed := claimed + n;
	END LOOP;
	RETURN claimed;
END
$$;
COMMENT ON FUNCTION customer.claim_orders(uuid, uuid) IS 'Gives guest orders of a proven address to its account; how many.';

-- Proves the address by the mailed link.  False when the link opens nothing any more.
CREATE OR REPLACE FUNCTION customer.verify(p_tenant uuid, p_token bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid := (SELECT u.customer_id FROM customer.token_use(p_tenant, p_token, 'verify') u);
BEGIN
	UPDATE customer.person p SET verified_at = coalesce(p.verified_at, sutler.now())
	WHERE p.customer_id = who AND p.erased_at IS NULL;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION customer.verify(uuid, bytea) IS 'Proves a mail address by its link.';

-- ---- signing in -------------------------------------------------------------------------

-- Counts a guess unless it must wait: 5 in 15 minutes are free, then each waits twice as
-- long as the one before, at most 15 minutes.  Seconds to wait; 0: counted, go on.
CREATE OR REPLACE FUNCTION customer.guess_slowly(p_tenant uuid, p_scope text, p_key bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	now timestamptz := sutler.now();
	ready timestamptz;
BEGIN
	INSERT INTO customer.guess AS g (tenant_id, scope, key_sha256, tries, since, last_at) VALUES (p_tenant, p_scope, p_key, 1, now, now)
	ON CONFLICT (tenant_id, scope, key_sha256) DO UPDATE
	SET tries = CASE WHEN g.last_at < now - interval '15 minutes' THEN 1 ELSE g.tries + 1 END,
	    since = CASE WHEN g.last_at < now - interval '15 minutes' THEN now ELSE g.since END, last_at = now
	WHERE g.tries < 5 OR g.last_at < now - interval '15 minutes'
	   OR g.last_at + make_interval(secs => least(2.0 ^ least(g.tries - 4, 20), 900)) <= now;
	IF FOUND THEN
		RETURN 0;
	END IF;
	SELECT g.last_at + make_interval(secs => least(2.0 ^ least(g.tries - 4, 20), 900)) INTO ready
	FROM customer.guess g WHERE g.scope = p_scope AND g.key_sha256 = p_key;
	RETURN greatest(ceil(extract(epoch FROM ready - now)), 1)::integer;
END
$$;
COMMENT ON FUNCTION customer.guess_slowly(uuid, text, bytea) IS 'Counts a guess, or says how many seconds the next one must wait.';

-- Counts a guess against the most of a day; false when they are used up.
CREATE OR REPLACE FUNCTION customer.guess_daily(p_tenant uuid, p_scope text, p_key bytea, p_most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	now timestamptz := sutler.now();
BEGIN
	INSERT INTO customer.guess AS g (tenant_id, scope, key_sha256, tries, since, last_at) VALUES (p_tenant, p_scope, p_key, 1, now, now)
	ON CONFLICT (tenant_id, scope, key_sha256) DO UPDATE
	SET tries = CASE WHEN g.since < now - interval '1 day' THEN 1 ELSE g.tries + 1 END,
	    since = CASE WHEN g.since < now - interval '1 day' THEN now ELSE g.since END, last_at = now
	WHERE g.tries < p_most OR g.since < now - interval '1 day';
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION customer.guess_daily(uuid, text, bytea, integer) IS 'Counts a guess of a day; false when there were too many.';

-- Before a password is looked at, of customers and staff: the try is counted here and taken
-- back when it was right, so that no number of parallel tries sees more than the limits.
-- p_who is a hash of whose account it is, p_known whether its owner signed in with the
-- browser p_device before: that one has counters of its own, which strangers can neither
-- use nor fill.
--	ok	look at the password
--	wait	in wait_s seconds (10 tries a minute of a visitor; 5 of a visitor at an account)
--	proof	100 guesses a day at this account: a known browser or a new link gets in
CREATE OR REPLACE FUNCTION customer.guess_admit(p_tenant uuid, p_visitor bytea, p_who bytea, p_device bytea, p_known boolean)
RETURNS TABLE (outcome text, wait_s integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	pause integer;
BEGIN
	IF p_known THEN
		pause := customer.guess_slowly(p_tenant, 'device', p_device);
	ELSE
		IF NOT event.try(p_tenant, 'login', p_visitor, 60, 10) THEN
			RETURN QUERY SELECT 'wait', (60 - floor(extract(epoch FROM sutler.now()))::bigint % 60)::integer;
			RETURN;
		END IF;
		pause := customer.guess_slowly(p_tenant, 'pair', sha256(p_who || p_visitor));
		IF pause = 0 AND NOT customer.guess_daily(p_tenant, 'account', p_who, 100) THEN
			RETURN QUERY SELECT 'proof', 0;
			RETURN;
		END IF;
	END IF;
	RETURN QUERY SELECT CASE WHEN pause > 0 THEN 'wait' ELSE 'ok' END, pause;
END
$$;
COMMENT ON FUNCTION customer.guess_admit(uuid, bytea, bytea, bytea, boolean) IS 'Counts a try at a password. ok, wait or proof.';

-- The password was right: its try is taken back.
CREATE OR REPLACE FUNCTION customer.guess_forgive(p_tenant uuid, p_visitor bytea, p_who bytea, p_device bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM customer.guess g WHERE g.scope = 'device' AND g.key_sha256 = p_device;
	DELETE FROM customer.guess g WHERE g.scope = 'pair' AND g.key_sha256 = sha256(p_who || p_visitor);
	IF FOUND THEN
		UPDATE customer.guess g SET tries = greatest(g.tries - 1, 0) WHERE g.scope = 'account' AND g.key_sha256 = p_who;
	END IF;
END
$$;
COMMENT ON FUNCTION customer.guess_forgive(uuid, bytea, bytea, bytea) IS 'Takes the try of a right password back.';

-- A customer's try.  With ok come hash and customer, if there is an account; else both are
-- empty, and the caller compares with a hash that nothing fits.
CREATE OR REPLACE FUNCTION customer.login_admit(p_tenant uuid, p_address text, p_email text, p_device bytea)
RETURNS TABLE (outcome text, wait_s integer, customer_id uuid, hash text, verified boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	folded text := customer.account_key(p_tenant, p_email);
	p record;
	a record;
BEGIN
	SELECT x.customer_id, x.verified_at, c.hash INTO p
	FROM customer.person x JOIN customer.credential c ON c.tenant_id = x.tenant_id AND c.customer_id = x.customer_id
	WHERE x.tenant_id = p_tenant AND x.email_key = folded AND x.erased_at IS NULL;
	SELECT g.outcome, g.wait_s INTO a FROM customer.guess_admit(p_tenant, customer.visitor(p_address), sha256(convert_to(folded, 'UTF8')), p_device,
		EXISTS (SELECT FROM customer.device d WHERE d.tenant_id = p_tenant AND d.token_sha256 = p_device AND d.customer_id = p.customer_id
			AND d.seen_at > sutler.now() - interval '1 year')) g;
	IF a.outcome <> 'ok' THEN
		RETURN QUERY SELECT a.outcome, a.wait_s, NULL::uuid, NULL::text, false;
		RETURN;
	END IF;
	RETURN QUERY SELECT 'ok', 0, p.customer_id, p.hash, p.verified_at IS NOT NULL;
END
$$;
COMMENT ON FUNCTION customer.login_admit(uuid, text, text, bytea) IS
	'Counts a try to sign in and gives the hash to compare with. ok, wait or proof.';

-- The password was right: its try is taken back.
CREATE OR REPLACE FUNCTION customer.guess_right(p_tenant uuid, p_address text, p_email text, p_device bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT customer.guess_forgive(p_tenant, customer.visitor(p_address), sha256(convert_to(customer.account_key(p_tenant, p_email), 'UTF8')), p_device)
$$;
COMMENT ON FUNCTION customer.guess_right(uuid, text, text, bytea) IS 'Takes the try of a right password of a customer back.';

-- Signs in: a new session, the browser remembered, guest orders claimed, carts joined.
-- p_old is the session that the browser had: it ends.  p_others: all other sessions end too.
-- p_hash replaces the stored one when it is not empty.  cart: joined (two carts with goods
-- became one) or kept.  known: the device was known; else p_new_device goes to the browser.
CREATE OR REPLACE FUNCTION customer.login_enter(p_tenant uuid, p_store uuid, p_customer uuid, p_session bytea, p_label text,
	p_old uuid, p_others boolean, p_device bytea, p_new_device bytea, p_hash text, p_cart bytea, p_new_cart bytea,
	p_locale text, p_currency text, p_most_lines integer)
RETURNS TABLE (known boolean, cart text, name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	session uuid := sutler.uuid7();
	p record;
	seen boolean;
BEGIN
	SELECT x.customer_id, x.name INTO p FROM customer.person x
	WHERE x.customer_id = p_customer AND x.verified_at IS NOT NULL AND x.erased_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	UPDATE customer.person x SET locale = p_locale WHERE x.customer_id = p_customer AND x.locale <> p_locale;
	IF p_hash <> '' THEN
		UPDATE customer.credential c SET hash = p_hash WHERE c.customer_id = p_customer;
	END IF;
	INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at, label)
	VALUES (p_tenant, session, p_session, p_customer, sutler.now() + interval '90 days', p_label);
	UPDATE customer.device d SET seen_at = sutler.now() WHERE d.token_sha256 = p_device AND d.customer_id = p_customer;
	seen := FOUND;
	IF NOT seen THEN
		INSERT INTO customer.device (tenant_id, token_sha256, customer_id) VALUES (p_tenant, p_new_device, p_customer);
	END IF;
	PERFORM customer.claim_orders(p_tenant, p_customer);
	-- Before the old session ends, whose end takes its cart's cookie with it.
	RETURN QUERY SELECT seen, sales.cart_join(p_tenant, p_store, p_customer, session, p_cart, p_new_cart, p_locale, p_currency, p_most_lines), p.name;
	DELETE FROM customer.session s
	WHERE s.customer_id = p_customer AND s.session_id <> session
	  AND (p_others OR s.expires_at <= sutler.now() OR s.seen_at <= sutler.now() - interval '30 days');
	DELETE FROM customer.session s WHERE s.session_id = p_old AND s.session_id <> session;
END
$$;
COMMENT ON FUNCTION customer.login_enter(uuid, uuid, uuid, bytea, text, uuid, boolean, bytea, bytea, text, bytea, bytea, text, text, integer) IS
	'Signs a customer in: new session, known browser, joined carts; no row when there is no such account.';

-- Signs out.
CREATE OR REPLACE FUNCTION customer.logout(p_tenant uuid, p_session uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ DELETE FROM customer.session s WHERE s.tenant_id = p_tenant AND s.session_id = p_session $$;
COMMENT ON FUNCTION customer.logout(uuid, uuid) IS 'Ends a session, and with it its cart''s cookie.';

-- Own sessions, the latest first.
CREATE OR REPLACE FUNCTION customer.sessions_of(p_tenant uuid, p_customer uuid)
RETURNS TABLE (session_id uuid, label text, created_at timestamptz, seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.session_id, s.label, s.created_at, s.seen_at FROM customer.session s
	WHERE s.tenant_id = p_tenant AND s.customer_id = p_customer AND s.expires_at > sutler.now()
	  AND s.seen_at > sutler.now() - interval '30 days'
	ORDER BY s.seen_at DESC, s.session_id LIMIT 50
$$;
COMMENT ON FUNCTION customer.sessions_of(uuid, uuid) IS 'Live sessions of a customer.';

-- Ends one of one's own sessions, or all but p_keep when p_session is NULL.  A browser that
-- was sent away is a stranger again: so are all, for which one it was is not known.
CREATE OR REPLACE FUNCTION customer.sessions_end(p_tenant uuid, p_customer uuid, p_session uuid, p_keep uuid, p_keep_device bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer;
BEGIN
	DELETE FROM customer.session s
	WHERE s.customer_id = p_customer AND CASE WHEN p_session IS NULL THEN s.session_id <> p_keep ELSE s.session_id = p_session END;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n > 0 THEN
		DELETE FROM customer.device d WHERE d.customer_id = p_customer AND d.token_sha256 IS DISTINCT FROM p_keep_device;
	END IF;
	RETURN n;
END
$$;
COMMENT ON FUNCTION customer.sessions_end(uuid, uuid, uuid, uuid, bytea) IS 'Ends own sessions; how many.';

-- The address of who is signed in, for asking the password again.
CREATE OR REPLACE FUNCTION customer.self(p_tenant uuid, p_customer uuid) RETURNS TABLE (email text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT p.email, p.name FROM customer.person p WHERE p.tenant_id = p_tenant AND p.customer_id = p_customer AND p.erased_at IS NULL $$;
COMMENT ON FUNCTION customer.self(uuid, uuid) IS 'Mail address and name of a customer.';

-- ---- another password ---------------------------------------------------------------------

-- Asks for a link by which a new password can be chosen: at most 3 an hour for an account and
-- 10 of a visitor.  Nothing is answered, whatever comes of it.
CREATE OR REPLACE FUNCTION customer.ask_reset(p_tenant uuid, p_store uuid, p_address text, p_email text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	folded text := customer.email_key(p_email);
	may boolean := event.try(p_tenant, 'reset', customer.visitor(p_address), 3600, 10);
	may_mail boolean := event.try(p_tenant, 'reset-account', sha256(convert_to(folded, 'UTF8')), 3600, 3);
	p record;
BEGIN
	SELECT x.customer_id, x.merged_into INTO p FROM customer.person x
	WHERE x.tenant_id = p_tenant AND x.email_key = folded AND (x.erased_at IS NULL OR x.merged_into IS NOT NULL);
	IF FOUND AND may AND may_mail THEN
		PERFORM customer.queue_mail(p_tenant, p_store, p.customer_id, CASE WHEN p.merged_into IS NULL THEN 'reset' ELSE 'account-joined' END, NULL);
	END IF;
END
$$;
COMMENT ON FUNCTION customer.ask_reset(uuid, uuid, text, text) IS 'Mails a link for a new password, if there is such an account.';

-- A new password: sessions, known browsers and links end, and the owner is told.
CREATE OR REPLACE FUNCTION customer.set_password(p_tenant uuid, p_store uuid, p_customer uuid, p_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM customer.person p WHERE p.customer_id = p_customer FOR UPDATE;
	INSERT INTO customer.credential AS c (tenant_id, customer_id, hash) VALUES (p_tenant, p_customer, p_hash)
	ON CONFLICT (tenant_id, customer_id) DO UPDATE SET hash = excluded.hash, changed_at = sutler.now();
	DELETE FROM customer.session s WHERE s.customer_id = p_customer;
	DELETE FROM customer.device d WHERE d.customer_id = p_customer;
	UPDATE customer.token t SET used_at = sutler.now()
	WHERE t.customer_id = p_customer AND t.purpose IN ('verify', 'reset', 'email') AND t.used_at IS NULL;
	PERFORM customer.queue_mail(p_tenant, p_store, p_customer, 'password-changed', NULL);
END
$$;
COMMENT ON FUNCTION customer.set_password(uuid, uuid, uuid, text) IS 'Sets a password; everything that the old one opened ends.';

-- By the mailed link, which proves the address too.  The customer; no row when the link
-- opens nothing any more.
CREATE OR REPLACE FUNCTION customer.reset(p_tenant uuid, p_store uuid, p_token bytea, p_hash text) RETURNS TABLE (customer_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who uuid := (SELECT u.customer_id FROM customer.token_use(p_tenant, p_token, 'reset') u);
	folded text;
BEGIN
	UPDATE customer.person p SET verified_at = coalesce(p.verified_at, sutler.now())
	WHERE p.customer_id = who AND p.erased_at IS NULL RETURNING p.email_key INTO folded;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	PERFORM customer.set_password(p_tenant, p_store, who, p_hash);
	DELETE FROM customer.guess g WHERE g.scope = 'account' AND g.key_sha256 = sha256(convert_to(folded, 'UTF8'));
	RETURN QUERY SELECT who;
END
$$;
COMMENT ON FUNCTION customer.reset(uuid, uuid, bytea, text) IS 'Chooses a new password by a mailed link.';

-- ---- another address -------------------------------------------------------------------------

-- Asks for another address; the password was asked.  The new one gets a link; one that has
-- an account already is told so; nothing is answered.
CREATE OR REPLACE FUNCTION customer.ask_email(p_tenant uuid, p_store uuid, p_customer uuid, p_email text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	folded text := customer.email_key(p_email);
	change uuid := sutler.uuid7();
	may boolean := event.try(p_tenant, 'account-mail', sha256(convert_to(folded, 'UTF8')), 3600, 5);
	other uuid := (SELECT p.customer_id FROM customer.person p WHERE p.email_key = folded AND p.customer_id <> p_customer
		AND p.merged_into IS DISTINCT FROM p_customer AND p.verified_at IS NOT NULL);
BEGIN
	IF NOT may THEN
		RETURN;
	ELSIF other IS NOT NULL THEN
		PERFORM customer.queue_mail(p_tenant, p_store, other, CASE WHEN p.merged_into IS NULL THEN 'account-exists' ELSE 'account-joined' END, NULL)
		FROM customer.person p WHERE p.customer_id = other;
		RETURN;
	END IF;
	INSERT INTO customer.email_change (tenant_id, change_id, customer_id, old_email, new_email)
	SELECT p_tenant, change, p_customer, p.email, p_email FROM customer.person p WHERE p.customer_id = p_customer;
	PERFORM customer.queue_mail(p_tenant, p_store, p_customer, 'email-confirm', change);
END
$$;
COMMENT ON FUNCTION customer.ask_email(uuid, uuid, uuid, text) IS 'Mails a link to the address that a customer wants instead of his own.';

-- The new address is proven: it counts, and the old one is told, with a way back.
-- ok; gone (the link); taken (somebody else proved it meanwhile).
CREATE OR REPLACE FUNCTION customer.confirm_email(p_tenant uuid, p_store uuid, p_token bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t record;
	c record;
BEGIN
	SELECT u.customer_id, u.change_id INTO t FROM customer.token_use(p_tenant, p_token, 'email') u;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	PERFORM FROM customer.person p WHERE p.customer_id = t.customer_id FOR UPDATE;
	SELECT x.new_email, customer.email_key(x.new_email) AS new_key INTO c
	FROM customer.email_change x JOIN customer.person p ON p.customer_id = x.customer_id AND p.email = x.old_email
	WHERE x.change_id = t.change_id AND x.done_at IS NULL;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	-- One that opens this account already becomes its own.
	UPDATE customer.person p SET email = 'erased-' || p.customer_id || '@invalid', verified_at = NULL
	WHERE p.email_key = c.new_key AND p.merged_into = t.customer_id;
	-- Who registered with it and never proved it had no right to it.
	DELETE FROM customer.person p WHERE p.email_key = c.new_key AND p.customer_id <> t.customer_id AND p.verified_at IS NULL;
	BEGIN
		UPDATE customer.person p SET email = c.new_email, verified_at = sutler.now() WHERE p.customer_id = t.customer_id;
	EXCEPTION WHEN unique_violation THEN
		RETURN 'taken';
	END;
	UPDATE customer.email_change x SET done_at = sutler.now() WHERE x.change_id = t.change_id;
	UPDATE customer.token k SET used_at = sutler.now()
	WHERE k.customer_id = t.customer_id AND k.purpose IN ('verify', 'reset', 'email') AND k.used_at IS NULL;
	PERFORM customer.queue_mail(p_tenant, p_store, t.customer_id, 'email-changed', t.change_id);
	PERFORM customer.claim_orders(p_tenant, t.customer_id);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.confirm_email(uuid, uuid, bytea) IS 'Makes a proven address the customer''s own. ok, gone or taken.';

-- The owner of the old address takes the change back: it is his account's again, nobody is
-- signed in, no password fits, and a link for a new one is on its way to him.
CREATE OR REPLACE FUNCTION customer.undo_email(p_tenant uuid, p_store uuid, p_token bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t record;
	old text;
BEGIN
	SELECT u.customer_id, u.change_id INTO t FROM customer.token_use(p_tenant, p_token, 'undo') u;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	PERFORM FROM customer.person p WHERE p.customer_id = t.customer_id FOR UPDATE;
	SELECT c.old_email INTO old FROM customer.email_change c WHERE c.change_id = t.change_id AND c.undone_at IS NULL;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	BEGIN
		UPDATE customer.person p SET email = old, verified_at = sutler.now() WHERE p.customer_id = t.customer_id AND p.erased_at IS NULL;
	EXCEPTION WHEN unique_violation THEN
		RETURN 'taken';
	END;
	-- Changes made since go with it: their links lead to a thief.
	UPDATE customer.email_change c SET undone_at = sutler.now()
	WHERE c.customer_id = t.customer_id AND c.change_id >= t.change_id AND c.undone_at IS NULL;
	UPDATE customer.token k SET used_at = sutler.now() WHERE k.customer_id = t.customer_id AND k.used_at IS NULL AND (k.purpose <> 'undo' OR k.change_id > t.change_id);
	UPDATE customer.credential c SET hash = '*', changed_at = sutler.now() WHERE c.customer_id = t.customer_id;
	DELETE FROM customer.session s WHERE s.customer_id = t.customer_id;
	DELETE FROM customer.device d WHERE d.customer_id = t.customer_id;
	PERFORM customer.queue_mail(p_tenant, p_store, t.customer_id, 'reset', NULL);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION customer.undo_email(uuid, uuid, bytea) IS 'Takes a change of address back from the old one. ok, gone or taken.';

-- ---- by the sysadmin, and by time ---------------------------------------------------------------

-- An account that needs no proof: sutlerctl customer add.  NULL when the address has one.
CREATE OR REPLACE FUNCTION customer.add(p_tenant uuid, p_store uuid, p_email text, p_name text, p_hash text, p_locale text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	person uuid := sutler.uuid7();
BEGIN
	INSERT INTO customer.person (tenant_id, customer_id, email, name, locale, store_id, verified_at)
	VALUES (p_tenant, person, p_email, p_name, p_locale, p_store, sutler.now())
	ON CONFLICT (tenant_id, email_key) DO NOTHING;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	INSERT INTO customer.credential (tenant_id, customer_id, hash) VALUES (p_tenant, person, p_hash);
	RETURN person;
END
$$;
COMMENT ON FUNCTION customer.add(uuid, uuid, text, text, text, text) IS 'Makes an account whose address counts as proven; NULL when there is one.';

-- Forgets what is over: counters, used links, sessions, browsers unused for a year, accounts
-- that were never proven.  At most p_limit of each; how many in all.
CREATE OR REPLACE FUNCTION customer.forget(p_tenant uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer;
	sum integer := 0;
BEGIN
	DELETE FROM customer.guess g WHERE g.key_sha256 IN (SELECT x.key_sha256 FROM customer.guess x WHERE x.last_at < sutler.now() - interval '2 days' LIMIT p_limit)
		AND g.last_at < sutler.now() - interval '2 days';
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM event.attempt a
	USING (SELECT x.scope, x.key_sha256, x.window_start FROM event.attempt x WHERE x.window_start < sutler.now() - interval '2 days' LIMIT p_limit) x
	WHERE a.scope = x.scope AND a.key_sha256 = x.key_sha256 AND a.window_start = x.window_start;
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM customer.token t WHERE t.token_sha256 IN (SELECT x.token_sha256 FROM customer.token x WHERE x.expires_at < sutler.now() - interval '1 day' LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM customer.session s WHERE s.session_id IN (SELECT x.session_id FROM customer.session x
		WHERE x.expires_at < sutler.now() OR x.seen_at < sutler.now() - interval '30 days' LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM customer.device d WHERE d.token_sha256 IN (SELECT x.token_sha256 FROM customer.device x WHERE x.seen_at < sutler.now() - interval '1 year' LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	sum := sum + n;
	DELETE FROM customer.person p WHERE p.customer_id IN (SELECT x.customer_id FROM customer.person x
		WHERE x.verified_at IS NULL AND x.erased_at IS NULL AND x.created_at < sutler.now() - interval '7 days'
		  AND NOT EXISTS (SELECT FROM customer.token t WHERE t.tenant_id = x.tenant_id AND t.customer_id = x.customer_id
			AND t.used_at IS NULL AND t.expires_at > sutler.now()) LIMIT p_limit);
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN sum + n + staff.forget(p_tenant, p_limit);
END
$$;
COMMENT ON FUNCTION customer.forget(uuid, integer) IS 'Forgets counters, links, sessions, browsers and unproven accounts whose time is over, of customers and staff; how many rows.';
