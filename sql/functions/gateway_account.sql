-- Accounts at gateways, as the console sets them up.  Keys come sealed: nothing here could open them,
-- and what the audit log says of them are their last four letters.
--
-- How long the old webhook secret proves reports after a new one was entered: 24 hours, the longest time
-- for which Stripe signs with both after a roll.

CREATE OR REPLACE FUNCTION payment.account_now(p_account uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('name', a.name, 'provider', a.provider, 'live', a.live, 'active', a.active, 'key_last', a.key_last)
	FROM payment.account a WHERE a.account_id = p_account
$$;
COMMENT ON FUNCTION payment.account_now(uuid) IS 'An account as the audit log knows it.';

-- New payments of a store go by one account of each gateway.
CREATE OR REPLACE FUNCTION payment.account_alone(p_store uuid, p_account uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE payment.account a SET active = false, revision = a.revision + 1
	WHERE a.store_id = p_store AND a.account_id <> p_account AND a.active
	  AND a.provider = (SELECT b.provider FROM payment.account b WHERE b.account_id = p_account)
$$;
COMMENT ON FUNCTION payment.account_alone(uuid, uuid) IS 'Switches the other accounts of a store at the same gateway off.';

CREATE OR REPLACE FUNCTION payment.desk_account_add(p_tenant uuid, p_actor uuid, p_store uuid, p_account uuid, p_provider text, p_name text, p_live boolean,
	p_active boolean, p_key bytea, p_key_last text, p_webhook bytea, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other uuid;
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	-- The form was sent twice: it is made.
	SELECT a.store_id INTO other FROM payment.account a WHERE a.account_id = p_account;
	IF FOUND THEN
		RETURN CASE WHEN other = p_store THEN 'ok' ELSE 'gone' END;
	ELSIF (SELECT count(*) FROM payment.account a WHERE a.store_id = p_store) >= 20 THEN
		RETURN 'many';
	END IF;
	INSERT INTO payment.account (tenant_id, store_id, account_id, provider, live, active, name, key_sealed, key_last, webhook_sealed, changed_at, changed_by)
	VALUES (p_tenant, p_store, p_account, p_provider, p_live, false, p_name, p_key, p_key_last, p_webhook, sutler.now(), p_actor);
	IF p_active THEN
		PERFORM payment.account_alone(p_store, p_account);
		UPDATE payment.account SET active = true WHERE account_id = p_account;
	END IF;
	PERFORM audit.add(p_tenant, p_actor::text, 'payment.account.added', 'account ' || p_account || ' of store ' || p_store, p_reason,
		payment.account_now(p_account)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.desk_account_add(uuid, uuid, uuid, uuid, text, text, boolean, boolean, bytea, text, bytea, text) IS
	'Adds an account at a gateway, with its keys sealed: ok, gone or many.';

-- A NULL of the two stays what it is.
CREATE OR REPLACE FUNCTION payment.desk_account_change(p_tenant uuid, p_actor uuid, p_store uuid, p_account uuid, p_revision bigint, p_name text,
	p_key bytea, p_key_last text, p_webhook bytea, p_at_once boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old payment.account;
	keys boolean := p_key IS NOT NULL OR p_webhook IS NOT NULL;
BEGIN
	SELECT a.* INTO old FROM payment.account a WHERE a.account_id = p_account AND a.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	ELSIF old.revision <> p_revision THEN
		RETURN 'changed';
	END IF;
	UPDATE payment.account a SET revision = a.revision + 1, name = p_name,
		key_sealed = coalesce(p_key, a.key_sealed), key_last = CASE WHEN p_key IS NULL THEN a.key_last ELSE p_key_last END,
		webhook_sealed = coalesce(p_webhook, a.webhook_sealed),
		webhook_old_sealed = CASE WHEN p_webhook IS NULL THEN a.webhook_old_sealed WHEN NOT p_at_once THEN a.webhook_sealed END,
		webhook_old_until = CASE WHEN p_webhook IS NULL THEN a.webhook_old_until WHEN NOT p_at_once THEN sutler.now() + interval '24 hours' END,
		changed_at = CASE WHEN keys THEN sutler.now() ELSE a.changed_at END, changed_by = CASE WHEN keys THEN p_actor ELSE a.changed_by END,
		tried_at = CASE WHEN p_key IS NULL THEN a.tried_at END, tried = CASE WHEN p_key IS NULL THEN a.tried ELSE '' END
	WHERE a.account_id = p_account;
	PERFORM audit.add(p_tenant, p_actor::text, 'payment.account.changed', 'account ' || p_account || ' of store ' || p_store, p_reason,
		jsonb_build_object('name', p_name, 'new_key', p_key IS NOT NULL, 'key_last', CASE WHEN p_key IS NULL THEN old.key_last ELSE p_key_last END,
			'new_webhook_secret', p_webhook IS NOT NULL, 'old_ends_at_once', p_webhook IS NOT NULL AND p_at_once)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.desk_account_change(uuid, uuid, uuid, uuid, bigint, text, bytea, text, bytea, boolean, text) IS
	'Renames an account and replaces its keys; the old webhook secret proves reports for 24 hours more, or not at all: ok, gone or changed.';

CREATE OR REPLACE FUNCTION payment.desk_account_use(p_tenant uuid, p_actor uuid, p_store uuid, p_account uuid, p_active boolean, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM tenancy.store s WHERE s.tenant_id = p_tenant AND s.store_id = p_store FOR NO KEY UPDATE;
	PERFORM FROM payment.account a WHERE a.account_id = p_account AND a.store_id = p_store FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	END IF;
	IF p_active THEN
		PERFORM payment.account_alone(p_store, p_account);
	END IF;
	UPDATE payment.account a SET active = p_active, revision = a.revision + 1 WHERE a.account_id = p_account AND a.active <> p_active;
	PERFORM audit.add(p_tenant, p_actor::text, CASE WHEN p_active THEN 'payment.account.on' ELSE 'payment.account.off' END,
		'account ' || p_account || ' of store ' || p_store, p_reason, payment.account_now(p_account)::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.desk_account_use(uuid, uuid, uuid, uuid, boolean, text) IS
	'Sends new payments of the store by this account, or no more: ok or gone.';

CREATE OR REPLACE FUNCTION payment.desk_account_remove(p_tenant uuid, p_actor uuid, p_store uuid, p_account uuid, p_reason text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was jsonb;
BEGIN
	PERFORM FROM payment.account a WHERE a.account_id = p_account AND a.store_id = p_store FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'gone';
	-- A shopper may be about to pay by it.
	ELSIF EXISTS (SELECT FROM payment.account a WHERE a.account_id = p_account AND a.active) THEN
		RETURN 'active';
	-- What was paid by it can only be given back by it, and what it said stays in the books.
	ELSIF EXISTS (SELECT FROM payment.intent i WHERE i.account_id = p_account) OR EXISTS (SELECT FROM payment.event e WHERE e.account_id = p_account)
		OR EXISTS (SELECT FROM payment.work w WHERE w.account_id = p_account) THEN
		RETURN 'used';
	END IF;
	was := payment.account_now(p_account);
	DELETE FROM payment.account a WHERE a.account_id = p_account;
	PERFORM audit.add(p_tenant, p_actor::text, 'payment.account.removed', 'account ' || p_account || ' of store ' || p_store, p_reason, was::text);
	RETURN 'ok';
END
$$;
COMMENT ON FUNCTION payment.desk_account_remove(uuid, uuid, uuid, uuid, text) IS 'Removes an account that is off and that nothing was ever paid by: ok, gone, active or used.';

-- By courier.  An answer about a key that was replaced meanwhile says nothing of the new one.
CREATE OR REPLACE FUNCTION payment.account_tried(p_tenant uuid, p_account uuid, p_revision bigint, p_answer text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE payment.account a SET tried_at = sutler.now(), tried = p_answer
	WHERE a.tenant_id = p_tenant AND a.account_id = p_account AND a.revision = p_revision;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION payment.account_tried(uuid, uuid, bigint, text) IS 'Writes down what a gateway said of an account''s key; whether it still is that key.';
