/**
 * The schema, one migration a version. A released migration is frozen: a change is a new one at the end.
 * `PRAGMA user_version` is how many of them a file has.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE jobs (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- AUTOINCREMENT: the id of a pruned job never comes back
    task          TEXT    NOT NULL,
    queue         TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('scheduled', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    reason        TEXT    CHECK (reason IN ('error', 'timeout', 'lost', 'expired')),
    priority      INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
    args          TEXT    NOT NULL,
    unique_key    TEXT,
    created_at    INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    expires_at    INTEGER,
    started_at    INTEGER,
    ended_at      INTEGER,
    attempt       INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    losses        INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0),
    losses_alone  INTEGER NOT NULL DEFAULT 0 CHECK (losses_alone BETWEEN 0 AND losses),
    max_retries   INTEGER NOT NULL CHECK (max_retries >= 0),
    backoff       TEXT,
    timeout_ms    INTEGER,
    reserved_for  INTEGER,
    worker        INTEGER,
    cancel_wanted INTEGER NOT NULL DEFAULT 0 CHECK (cancel_wanted IN (0, 1)),
    result        TEXT,
    error         TEXT,
    ended_by      TEXT    CHECK (ended_by IN ('return', 'throw', 'signal', 'abandoned', 'killed', 'exit', 'lost', 'released')),
    CHECK ((reason IS NOT NULL) = (state = 'failed')),
    CHECK ((ended_at IS NOT NULL) = (state IN ('completed', 'failed', 'cancelled'))),
    CHECK (state <> 'running' OR (worker IS NOT NULL AND started_at IS NOT NULL AND attempt > 0)),
    CHECK ((result IS NOT NULL) = (state = 'completed'))
  ) STRICT;

  CREATE INDEX jobs_ready ON jobs (queue, priority DESC, id) WHERE state = 'queued' AND reserved_for IS NULL;
  CREATE INDEX jobs_reserved ON jobs (reserved_for, priority DESC, id) WHERE state = 'queued' AND reserved_for IS NOT NULL;
  CREATE INDEX jobs_due ON jobs (due_at) WHERE state = 'scheduled';
  CREATE INDEX jobs_expiring ON jobs (expires_at) WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued');
  CREATE INDEX jobs_running ON jobs (worker) WHERE state = 'running';

  -- Attempts that ended without ending their job; the last one is in the job's own row.
  CREATE TABLE attempts (
    job        INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('failed', 'released')),
    reason     TEXT    CHECK (reason IN ('error', 'timeout', 'lost')),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    worker     INTEGER NOT NULL,
    error      TEXT,
    ended_by   TEXT    NOT NULL,
    PRIMARY KEY (job, attempt)
  ) STRICT, WITHOUT ROWID;

  -- A key is free again when its job has ended (or is gone) and held_until has passed.
  CREATE TABLE unique_keys (
    name       TEXT PRIMARY KEY,
    job        INTEGER NOT NULL,
    held_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE workers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pid           INTEGER NOT NULL,
    start_ticks   INTEGER,
    host          TEXT    NOT NULL,
    boot_id       TEXT,
    pid_namespace TEXT,
    concurrency   INTEGER NOT NULL,
    queues        TEXT    NOT NULL,
    processes     TEXT    NOT NULL DEFAULT '[]',
    started_at    INTEGER NOT NULL,
    last_beat_at  INTEGER NOT NULL,
    lease_until   INTEGER NOT NULL -- monotonic milliseconds of the boot in boot_id
  ) STRICT;
  `,
  `
  ALTER TABLE jobs ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1));
  CREATE INDEX jobs_ended ON jobs (state, ended_at) WHERE ended_at IS NOT NULL;

  -- Counted as the ends are stored, so that nobody has to scan the jobs. Minutes since 1970; -1 stands for all time.
  CREATE TABLE statistics (
    minute      INTEGER NOT NULL,
    task        TEXT    NOT NULL,
    queue       TEXT    NOT NULL,
    completed   INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    retried     INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (minute, task, queue)
  ) STRICT, WITHOUT ROWID;

  -- The histogram of the same durations.
  CREATE TABLE durations (
    minute INTEGER NOT NULL,
    task   TEXT    NOT NULL,
    queue  TEXT    NOT NULL,
    bucket INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, task, queue, bucket)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Every job once more, in a table that is written three times as fast. A list after IN in a CHECK is made into a table
  -- of its own for each row, so the checks compare one by one. AUTOINCREMENT cost as much as the rest of an insert, so
  -- that the id of a removed job never comes back is seen to where jobs are removed: ids go on from the highest one.
  CREATE TABLE highest_removed (job INTEGER NOT NULL) STRICT;
  INSERT INTO highest_removed (job) VALUES (coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'jobs'), 0));

  ALTER TABLE jobs RENAME TO older_jobs;
  CREATE TABLE jobs (
    id            INTEGER PRIMARY KEY,
    task          TEXT    NOT NULL,
    queue         TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state = 'queued' OR state = 'running' OR state = 'completed'
                                       OR state = 'scheduled' OR state = 'failed' OR state = 'cancelled'),
    reason        TEXT    CHECK (reason = 'error' OR reason = 'timeout' OR reason = 'lost' OR reason = 'expired'),
    priority      INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
    args          TEXT    NOT NULL,
    unique_key    TEXT,
    created_at    INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    expires_at    INTEGER,
    started_at    INTEGER,
    ended_at      INTEGER,
    attempt       INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    losses        INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0),
    losses_alone  INTEGER NOT NULL DEFAULT 0 CHECK (losses_alone BETWEEN 0 AND losses),
    suspect       INTEGER NOT NULL DEFAULT 0 CHECK (suspect BETWEEN 0 AND 1),
    max_retries   INTEGER NOT NULL CHECK (max_retries >= 0),
    backoff       TEXT,
    timeout_ms    INTEGER,
    reserved_for  INTEGER,
    worker        INTEGER,
    cancel_wanted INTEGER NOT NULL DEFAULT 0 CHECK (cancel_wanted BETWEEN 0 AND 1),
    result        TEXT,
    error         TEXT,
    ended_by      TEXT    CHECK (ended_by = 'return' OR ended_by = 'throw' OR ended_by = 'signal'
                              OR ended_by = 'abandoned' OR ended_by = 'killed' OR ended_by = 'exit'
                              OR ended_by = 'lost' OR ended_by = 'released'),
    CHECK ((reason IS NOT NULL) = (state = 'failed')),
    CHECK ((ended_at IS NOT NULL) = (state = 'completed' OR state = 'failed' OR state = 'cancelled')),
    CHECK (state <> 'running' OR (worker IS NOT NULL AND started_at IS NOT NULL AND attempt > 0)),
    CHECK ((result IS NOT NULL) = (state = 'completed'))
  ) STRICT;
  INSERT INTO jobs (id, task, queue, state, reason, priority, args, unique_key, created_at, due_at, expires_at, started_at,
      ended_at, attempt, failures, losses, losses_alone, suspect, max_retries, backoff, timeout_ms, reserved_for, worker,
      cancel_wanted, result, error, ended_by)
    SELECT id, task, queue, state, reason, priority, args, unique_key, created_at, due_at, expires_at, started_at,
      ended_at, attempt, failures, losses, losses_alone, suspect, max_retries, backoff, timeout_ms, reserved_for, worker,
      cancel_wanted, result, error, ended_by
    FROM older_jobs;
  DROP TABLE older_jobs;

  CREATE INDEX jobs_ready ON jobs (queue, priority DESC, id) WHERE state = 'queued' AND reserved_for IS NULL;
  CREATE INDEX jobs_reserved ON jobs (reserved_for, priority DESC, id) WHERE reserved_for IS NOT NULL AND state = 'queued';
  CREATE INDEX jobs_due ON jobs (due_at) WHERE state = 'scheduled';
  CREATE INDEX jobs_expiring ON jobs (expires_at)
    WHERE expires_at IS NOT NULL AND (state = 'scheduled' OR state = 'queued');
  CREATE INDEX jobs_running ON jobs (worker) WHERE state = 'running';
  CREATE INDEX jobs_cancelling ON jobs (worker) WHERE cancel_wanted = 1;
  CREATE INDEX jobs_ended ON jobs (state, ended_at) WHERE ended_at IS NOT NULL;
  `,
  `
  -- What the attempts of a job have printed, line by line.
  CREATE TABLE output (
    job     INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    line    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    stream  TEXT    NOT NULL CHECK (stream = 'stdout' OR stream = 'stderr'),
    text    TEXT    NOT NULL,
    PRIMARY KEY (job, attempt, line)
  ) STRICT, WITHOUT ROWID;

  -- How far a job said that it is, last.
  CREATE TABLE progress (
    job      INTEGER PRIMARY KEY,
    fraction REAL    NOT NULL CHECK (fraction BETWEEN 0 AND 1),
    message  TEXT
  ) STRICT;

  -- What an attempt has used, where that is known of it alone.
  CREATE TABLE usage (
    job         INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    peak_bytes  INTEGER,
    cpu_ms      INTEGER,
    PRIMARY KEY (job, attempt)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE paused_queues (name TEXT PRIMARY KEY, paused_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
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
  `,
]

/** Marks a file as Offstage's own (`PRAGMA application_id`): "Offs" in ASCII. */
export const applicationId = 0x4f666673
