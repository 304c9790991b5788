-- transactional
-- An import by parts: how far it came, so that one that was broken off goes on there.

ALTER TABLE catalog.transfer
	ADD COLUMN place bigint NOT NULL DEFAULT -1 CHECK (place >= -1),
	ADD COLUMN in_created bigint NOT NULL DEFAULT 0 CHECK (in_created >= 0),
	ADD COLUMN in_updated bigint NOT NULL DEFAULT 0 CHECK (in_updated >= 0),
	ADD COLUMN in_skipped bigint NOT NULL DEFAULT 0 CHECK (in_skipped >= 0);
COMMENT ON COLUMN catalog.transfer.place IS 'Line of the last product of an import that is in; -1: none yet. From 2^40 on products are being related to those further down.';
COMMENT ON COLUMN catalog.transfer.in_created IS 'Products that are made already.';
COMMENT ON COLUMN catalog.transfer.in_updated IS 'Products that are changed already.';
COMMENT ON COLUMN catalog.transfer.in_skipped IS 'Products that were left alone already.';

-- Its answer has more columns now.
DROP FUNCTION IF EXISTS catalog.transfer_take(uuid, integer);
