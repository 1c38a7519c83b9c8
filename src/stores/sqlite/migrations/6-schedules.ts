export const schedules = `
  -- Without a check that both are there or none: it would be made for every job.
  ALTER TABLE jobs ADD COLUMN schedule TEXT;
  ALTER TABLE jobs ADD COLUMN slot INTEGER;

  CREATE TABLE schedules (
    name          TEXT    PRIMARY KEY,
    source        TEXT    NOT NULL CHECK (source = 'code' OR source = 'config' OR source = 'cli'),
    task          TEXT    NOT NULL,
    plan          TEXT, -- JSON: definition and rule
    fault         TEXT,
    revision      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    decided_until INTEGER NOT NULL,
    fired         INTEGER NOT NULL CHECK (fired >= 0),
    paused_at     INTEGER,
    pauses        TEXT    NOT NULL DEFAULT '[]', -- JSON: those that have ended and are not decided
    CHECK ((plan IS NULL) = (fault IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX schedules_once ON schedules (plan ->> '$.rule.at') WHERE plan ->> '$.rule.kind' = 'once';

  -- What became of the slots of schedules. open: the job may not have ended; it is set to 0 by whoever finds that it has.
  CREATE TABLE slots (
    schedule TEXT    NOT NULL,
    slot     INTEGER NOT NULL,
    through  INTEGER NOT NULL,
    outcome  TEXT    NOT NULL CHECK (outcome = 'fired' OR outcome = 'late' OR outcome = 'skipped'
                                  OR outcome = 'missed' OR outcome = 'waiting'),
    reason   TEXT,
    job      INTEGER,
    late_ms  INTEGER NOT NULL,
    open     INTEGER NOT NULL CHECK (open BETWEEN 0 AND 1),
    PRIMARY KEY (schedule, slot),
    CHECK (through >= slot),
    CHECK ((job IS NOT NULL) = (outcome = 'fired' OR outcome = 'late')),
    CHECK (open = 0 OR job IS NOT NULL)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX slots_open ON slots (schedule, slot) WHERE open = 1;
  CREATE INDEX slots_waiting ON slots (schedule, slot) WHERE outcome = 'waiting';
  CREATE INDEX slots_through ON slots (through);

  -- One row. version counts the changes of schedules; seen_at is when a scheduler was alive.
  CREATE TABLE scheduling (version INTEGER NOT NULL, seen_at INTEGER) STRICT;
  INSERT INTO scheduling (version, seen_at) VALUES (0, NULL);
  `
