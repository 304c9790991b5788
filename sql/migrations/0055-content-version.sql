-- What is kept of a store's home page and pages of text stands under the version of its catalogue, as its menus do:
-- who changes content counts it on, by whichever way.

CREATE FUNCTION content.changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A store that is gone takes its content along and needs no version any more.
	PERFORM catalog.bump(s.tenant_id, s.store_id) FROM tenancy.store s
	WHERE s.store_id IN (SELECT c.store_id FROM changed c);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION content.changed() IS 'What workers keep of the content of these stores is old now.';
REVOKE ALL ON FUNCTION content.changed() FROM PUBLIC;

CREATE TRIGGER block_added AFTER INSERT ON content.block REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_changed AFTER UPDATE ON content.block REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_gone AFTER DELETE ON content.block REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_text_added AFTER INSERT ON content.block_text REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_text_changed AFTER UPDATE ON content.block_text REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_text_gone AFTER DELETE ON content.block_text REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_item_added AFTER INSERT ON content.block_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_item_changed AFTER UPDATE ON content.block_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER block_item_gone AFTER DELETE ON content.block_item REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER page_added AFTER INSERT ON content.page REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER page_changed AFTER UPDATE ON content.page REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER page_gone AFTER DELETE ON content.page REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER page_text_added AFTER INSERT ON content.page_text REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER page_text_changed AFTER UPDATE ON content.page_text REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
CREATE TRIGGER page_text_gone AFTER DELETE ON content.page_text REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION content.changed();
