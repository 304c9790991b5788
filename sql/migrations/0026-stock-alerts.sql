-- transactional
-- The stock work of the console: warehouses that are switched off, what is counted by scan before
-- it is booked, drafts of transfers, what suppliers ask for.

ALTER TABLE inventory.warehouse ADD COLUMN active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN inventory.warehouse.active IS 'False: switched off. Nothing lies there, nothing comes in, no store sells from it.';

-- Whoever books goods in has locked the warehouse by its foreign keys; who switches it off locks
-- it wholly, so one of the two sees the other.  Only rows that grow are looked at: selling never is.
CREATE FUNCTION inventory.keep_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM inventory.warehouse w WHERE w.tenant_id = NEW.tenant_id AND w.warehouse_id = NEW.warehouse_id AND w.active FOR KEY SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'a warehouse that is switched off takes nothing in';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION inventory.keep_closed() IS 'Refuses pieces in a warehouse that is switched off.';
CREATE TRIGGER closed_made AFTER INSERT ON inventory.stock FOR EACH ROW WHEN (NEW.on_hand > 0) EXECUTE FUNCTION inventory.keep_closed();
CREATE TRIGGER closed_grown AFTER UPDATE OF on_hand ON inventory.stock FOR EACH ROW WHEN (NEW.on_hand > OLD.on_hand) EXECUTE FUNCTION inventory.keep_closed();
