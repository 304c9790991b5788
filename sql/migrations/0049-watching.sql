-- transactional
-- What watches the house: how its jobs do, and figures over all merchants together, taken each minute by the job observe.

CREATE SCHEMA watch;
COMMENT ON SCHEMA watch IS 'How the house does: runs of jobs, figures over all merchants. No merchant''s data.';

CREATE TABLE watch.job (
	job text PRIMARY KEY CHECK (job <> ''),
	started_at timestamptz NOT NULL,
	ended_at timestamptz NOT NULL,
	succeeded_at timestamptz,
	ms bigint NOT NULL CHECK (ms >= 0),
	done bigint NOT NULL DEFAULT 0,
	runs bigint NOT NULL DEFAULT 0,
	failures bigint NOT NULL DEFAULT 0,
	failing bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE watch.job IS 'The last run of each job. Table of the host: a job serves all.';
COMMENT ON COLUMN watch.job.job IS 'Its name in programs.tab.';
COMMENT ON COLUMN watch.job.started_at IS 'When its last run began.';
COMMENT ON COLUMN watch.job.ended_at IS 'When that ended.';
COMMENT ON COLUMN watch.job.succeeded_at IS 'When a run last ended without anything wrong; NULL: never.';
COMMENT ON COLUMN watch.job.ms IS 'How long the last run took.';
COMMENT ON COLUMN watch.job.done IS 'Things it did in that.';
COMMENT ON COLUMN watch.job.runs IS 'Runs so far.';
COMMENT ON COLUMN watch.job.failures IS 'Those in which something was wrong.';
COMMENT ON COLUMN watch.job.failing IS 'How many of them in a row, up to now.';

CREATE TABLE watch.house (
	house boolean PRIMARY KEY DEFAULT true CHECK (house),
	taken_at timestamptz NOT NULL,
	tenants bigint NOT NULL,
	waiting bigint NOT NULL,
	troubled bigint NOT NULL,
	oldest_at timestamptz,
	failed bigint NOT NULL,
	unsealed bigint NOT NULL,
	unsealed_at timestamptz,
	low bigint NOT NULL,
	short bigint NOT NULL,
	holds bigint NOT NULL,
	stale_holds bigint NOT NULL,
	unknown bigint NOT NULL,
	unknown_at timestamptz,
	open_work bigint NOT NULL
);
COMMENT ON TABLE watch.house IS 'The figures of watch.figures() over all merchants, one row. Table of the host.';
COMMENT ON COLUMN watch.house.house IS 'There is one row.';
COMMENT ON COLUMN watch.house.taken_at IS 'When they were taken.';
COMMENT ON COLUMN watch.house.tenants IS 'Merchants that were asked.';
COMMENT ON COLUMN watch.house.waiting IS 'Mails of the outbox that have not left.';
COMMENT ON COLUMN watch.house.troubled IS 'Those of them of which a try went wrong.';
COMMENT ON COLUMN watch.house.oldest_at IS 'Since when the longest waits that should have left.';
COMMENT ON COLUMN watch.house.failed IS 'Mails given up in the last seven days.';
COMMENT ON COLUMN watch.house.unsealed IS 'Entries of the audit log that no seal covers.';
COMMENT ON COLUMN watch.house.unsealed_at IS 'The oldest of them.';
COMMENT ON COLUMN watch.house.low IS 'Stock at or below its reorder point.';
COMMENT ON COLUMN watch.house.short IS 'Stock of which more is promised than there is.';
COMMENT ON COLUMN watch.house.holds IS 'Holds of carts at checkout.';
COMMENT ON COLUMN watch.house.stale_holds IS 'Holds whose time is over for minutes, and which are still there.';
COMMENT ON COLUMN watch.house.unknown IS 'Payments and refunds of which nobody knows what became of them.';
COMMENT ON COLUMN watch.house.unknown_at IS 'Since when the longest.';
COMMENT ON COLUMN watch.house.open_work IS 'Payments that people must look at.';

INSERT INTO staff.permission (permission) VALUES ('status.view'), ('status.mend');
