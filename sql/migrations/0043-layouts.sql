-- transactional
-- Files of products in the layouts of other shop systems.

-- It takes the tables one by one now.
DROP FUNCTION IF EXISTS catalog.import_analyze(text);

-- It takes the layout now.
DROP FUNCTION IF EXISTS catalog.transfer_export(uuid, uuid, uuid, uuid, text, text, boolean, text);
