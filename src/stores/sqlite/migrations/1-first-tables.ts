export const firstTables = `
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
  `
