-- transactional
-- What the weekly restore drill found, for the whole host: so without tenant.

CREATE TABLE sutler.drill (
	drill_id uuid PRIMARY KEY DEFAULT sutler.uuid7(),
	at timestamptz NOT NULL DEFAULT sutler.now(),
	backup text NOT NULL CHECK (length(backup) <= 255),
	outcome text NOT NULL CHECK (outcome IN ('good', 'bad')),
	seconds integer NOT NULL CHECK (seconds >= 0),
	files bigint NOT NULL CHECK (files >= 0),
	bytes bigint NOT NULL CHECK (bytes >= 0),
	tables bigint NOT NULL CHECK (tables >= 0),
	detail text NOT NULL CHECK (length(detail) <= 4000)
);
COMMENT ON TABLE sutler.drill IS 'Reports of the job drill, which brings the newest backup back into a scratch database.';
COMMENT ON COLUMN sutler.drill.drill_id IS 'The report.';
COMMENT ON COLUMN sutler.drill.at IS 'When the drill ended.';
COMMENT ON COLUMN sutler.drill.backup IS 'Name of the set that was tried; empty when there was none.';
COMMENT ON COLUMN sutler.drill.outcome IS 'good: every byte is as it was written, and the database came back with the same counts, ledgers and audit chains.';
COMMENT ON COLUMN sutler.drill.seconds IS 'How long it took.';
COMMENT ON COLUMN sutler.drill.files IS 'Files of the set that were read.';
COMMENT ON COLUMN sutler.drill.bytes IS 'Their bytes.';
COMMENT ON COLUMN sutler.drill.tables IS 'Tables that were compared.';
COMMENT ON COLUMN sutler.drill.detail IS 'What is wrong, in a sentence; empty when all is well.';

-- Tables that are on every machine of a cluster say so (sutlerctl distribute reads it); those of the host stay where they are.
COMMENT ON TABLE sutler.drill IS 'Reports of the job drill, which brings the newest backup back into a scratch database. Table of the host.';
