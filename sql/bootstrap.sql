-- bootstrap.sql -- what only a superuser can do, once for each database: the owner
-- of the schema, one role for each program, settings of the database.
--
--	createdb -T template0 -E UTF8 sutler
--	psql -X -v ON_ERROR_STOP=1 -d sutler -f bootstrap.sql
--	sutlerctl migrate
--
-- It can run again at any time: an upgrade that brings a new program does that.
-- The roles are those of etc/programs.tab (t/sql/roles.t compares); what they may
-- read and write says roles.sql.  Nobody has a password: log-ins are by the
-- operating system's user (peer).

SET client_min_messages = warning;

DO $bootstrap$
DECLARE
	-- A program's role logs in as itself, inherits nothing, and never waits long:
	-- a page answers within seconds or not at all.
	programs constant text[] := ARRAY[
		'home', 'catalog', 'cart', 'checkout', 'order', 'login', 'account', 'webhooks', 'courier',
		'admin-login', 'admin-home', 'admin-settings', 'admin-catalog', 'admin-media', 'admin-inventory', 'admin-orders', 'admin-customers',
		'deliver', 'freshen', 'transfer', 'release-holds', 'tend-stock', 'abandoned-carts', 'reconcile-stock', 'study-stock', 'recommend', 'seal-audit',
		'issue-invoices', 'forget', 'privacy', 'sweep-media', 'reconcile-payments', 'observe', 'check-certificates', 'watch', 'admin-status', 'backup', 'drill'
	];
	-- Roles without log-in.  sutler_search owns the search function alone and has a
	-- read policy of its own on the search table; sutler_backup sees all tenants.
	helpers constant text[] := ARRAY['sutler_search', 'sutler_backup'];
	name text;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '_sutler-owner') THEN
		CREATE ROLE "_sutler-owner";
	END IF;
	-- dbconfig-common makes the owner with a password that nobody knows.
	ALTER ROLE "_sutler-owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;
	ALTER ROLE "_sutler-owner" SET search_path = '';

	FOREACH name IN ARRAY helpers LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I', name);
		END IF;
		EXECUTE pg_catalog.format('ALTER ROLE %I WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
	END LOOP;
	ALTER ROLE sutler_backup WITH BYPASSRLS;
	-- So that the owner can hand the search function over.
	GRANT sutler_search TO "_sutler-owner";

	FOREACH name IN ARRAY programs LOOP
		name := '_sutler-' || name;
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I', name);
		END IF;
		EXECUTE pg_catalog.format('ALTER ROLE %I WITH LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
		EXECUTE pg_catalog.format('ALTER ROLE %I SET search_path = ''''', name);
		EXECUTE pg_catalog.format('ALTER ROLE %I SET statement_timeout = ''5s''', name);
		EXECUTE pg_catalog.format('ALTER ROLE %I SET lock_timeout = ''2s''', name);
		EXECUTE pg_catalog.format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', name);
	END LOOP;

	-- Who saves becomes the role that sees all tenants for as long as he reads.
	GRANT sutler_backup TO "_sutler-backup";
	-- The drill makes a database, brings a backup back into it, and drops it again.
	ALTER ROLE "_sutler-drill" WITH CREATEDB;
	-- The rows of one tenant come back without triggers that would write them twice.
	GRANT SET ON PARAMETER session_replication_role TO "_sutler-owner";

	EXECUTE pg_catalog.format('ALTER DATABASE %I OWNER TO "_sutler-owner"', pg_catalog.current_database());
	EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
	EXECUTE pg_catalog.format('ALTER DATABASE %I SET timezone = ''UTC''', pg_catalog.current_database());
	REVOKE ALL ON SCHEMA public FROM PUBLIC;
	-- The extensions are put there by the first migration.
	GRANT USAGE, CREATE ON SCHEMA public TO "_sutler-owner";
END
$bootstrap$;
