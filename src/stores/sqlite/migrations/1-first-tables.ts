/**
 * The first tables. A job's own row is written once, when it is enqueued. Beside it the job has one row in one table of the
 * places where it can be: it waits (`scheduled`, `ready` or `reserved`), it is `running`, or it has ended (`ends`).
 * Numbers stand for names, states, reasons and kinds of end; `job_rows` shows every job with its names in words.
 */
export const firstTables = `
  -- How many jobs of each queue are in which state: counted by whoever moves a job, in the same transaction. Of those that
  -- run, and of the few that are reserved, the rows are counted; of those that are ready, see backlogs.
  CREATE TABLE queues (
    id        INTEGER PRIMARY KEY,
    name      TEXT    NOT NULL UNIQUE,
    paused_at INTEGER,
    scheduled INTEGER NOT NULL DEFAULT 0 CHECK (scheduled >= 0),
    completed INTEGER NOT NULL DEFAULT 0 CHECK (completed >= 0),
    failed    INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    removed   INTEGER NOT NULL DEFAULT 0 CHECK (removed >= 0) -- by retention: with the others all that there ever were
  ) STRICT;

  -- How many jobs were queued, and how many there ever were, at a time: written when they have changed, once a minute.
  CREATE TABLE queue_samples (
    at       INTEGER NOT NULL,
    queue    INTEGER NOT NULL,
    queued   INTEGER NOT NULL,
    enqueued INTEGER NOT NULL,
    PRIMARY KEY (at, queue)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX queue_samples_of ON queue_samples (queue, at);

  CREATE TABLE tasks (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- What the jobs of a task have in common.
  CREATE TABLE kinds (
    id          INTEGER PRIMARY KEY,
    task        INTEGER NOT NULL,
    max_retries INTEGER NOT NULL CHECK (max_retries >= 0),
    timeout_ms  INTEGER,
    backoff     TEXT
  ) STRICT;
  CREATE UNIQUE INDEX kinds_once ON kinds (task, max_retries, coalesce(timeout_ms, -1), coalesce(backoff, ''));

  -- Written once, but for reserved_for: a job whose worker is gone may be anybody's. A retry by hand clears expires_at too.
  CREATE TABLE jobs (
    id               INTEGER PRIMARY KEY, -- the next one is above every job there ever was: see highest_removed
    kind             INTEGER NOT NULL,
    queue            INTEGER NOT NULL,
    priority         INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
    created_at       INTEGER NOT NULL,
    args             TEXT    NOT NULL,
    due_at           INTEGER, -- NULL: when it was created
    expires_at       INTEGER,
    unique_key       TEXT,
    reserved_for     INTEGER,
    lost_with_worker INTEGER NOT NULL DEFAULT 0 CHECK (lost_with_worker BETWEEN 0 AND 1),
    schedule         TEXT,
    slot             INTEGER,
    trace            TEXT
  ) STRICT;
  CREATE INDEX jobs_of_schedule ON jobs (schedule) WHERE schedule IS NOT NULL;

  -- Jobs that any worker may take. rank: the negative priority; attempt: how often it was claimed; since: when it was due.
  CREATE TABLE ready (
    queue   INTEGER NOT NULL,
    task    INTEGER NOT NULL,
    rank    INTEGER NOT NULL,
    job     INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 0),
    since   INTEGER NOT NULL,
    PRIMARY KEY (queue, task, rank, job)
  ) STRICT, WITHOUT ROWID;

  -- How many of them there are of each task on each queue; a row goes with its last one.
  CREATE TABLE backlogs (
    queue INTEGER NOT NULL,
    task  INTEGER NOT NULL,
    ready INTEGER NOT NULL CHECK (ready >= 0),
    PRIMARY KEY (queue, task)
  ) STRICT, WITHOUT ROWID;

  -- Jobs that only one worker may take.
  CREATE TABLE reserved (
    worker  INTEGER NOT NULL,
    rank    INTEGER NOT NULL,
    job     INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 0),
    queue   INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (worker, rank, job)
  ) STRICT, WITHOUT ROWID;

  -- Jobs that wait for a time: delayed ones, and between two attempts.
  CREATE TABLE scheduled (
    job          INTEGER PRIMARY KEY,
    due_at       INTEGER NOT NULL,
    attempt      INTEGER NOT NULL CHECK (attempt >= 0),
    reserved_for INTEGER
  ) STRICT;
  CREATE INDEX scheduled_due ON scheduled (due_at);
  CREATE INDEX scheduled_retries ON scheduled (job) WHERE attempt > 0;
  CREATE INDEX scheduled_reserved ON scheduled (reserved_for) WHERE reserved_for IS NOT NULL;

  -- Every job that is to expire unless it begins before. A row of one that has begun is left to the sweep.
  CREATE TABLE expiring (
    expires_at INTEGER NOT NULL,
    job        INTEGER NOT NULL,
    PRIMARY KEY (expires_at, job)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE running (
    job           INTEGER PRIMARY KEY,
    attempt       INTEGER NOT NULL CHECK (attempt > 0),
    worker        INTEGER NOT NULL,
    queue         INTEGER NOT NULL,
    started_at    INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested BETWEEN 0 AND 1)
  ) STRICT;
  CREATE INDEX running_cancels ON running (worker) WHERE cancel_requested = 1;

  -- Of jobs that failed, were lost or were handed back: the sums of all attempts, and what the last of them left.
  CREATE TABLE troubles (
    job           INTEGER PRIMARY KEY,
    failures      INTEGER NOT NULL CHECK (failures >= 0),
    losses        INTEGER NOT NULL CHECK (losses >= 0),
    losses_alone  INTEGER NOT NULL CHECK (losses_alone BETWEEN 0 AND losses),
    postponements INTEGER NOT NULL CHECK (postponements >= 0),
    suspect       INTEGER NOT NULL CHECK (suspect BETWEEN 0 AND 1),
    error         TEXT,
    due_at        INTEGER, -- NULL: as the job's own
    worker        INTEGER,
    started_at    INTEGER,
    ended_by      INTEGER,
    retried       INTEGER NOT NULL DEFAULT 0 CHECK (retried >= 0) -- by hand; the other counts are since then
  ) STRICT;

  -- Written once, and deleted if the job is retried by hand. state: 3 completed, 4 failed, 5 cancelled. reason: 1 error, 2 timeout, 3 lost, 4 expired. ended_by: 1 return,
  -- 2 throw, 3 signal, 4 abandoned, 5 killed, 6 exit, 7 lost, 8 released. Of a job that ended while it waited, worker,
  -- started_at and ended_by are in troubles.
  CREATE TABLE ends (
    job        INTEGER PRIMARY KEY,
    state      INTEGER NOT NULL CHECK (state BETWEEN 3 AND 5),
    task       INTEGER NOT NULL,
    queue      INTEGER NOT NULL,
    attempt    INTEGER NOT NULL CHECK (attempt >= 0),
    worker     INTEGER,
    started_at INTEGER,
    ended_at   INTEGER NOT NULL,
    ended_by   INTEGER CHECK (ended_by BETWEEN 1 AND 8),
    result     TEXT,
    reason     INTEGER CHECK (reason BETWEEN 1 AND 4),
    error      TEXT,
    failure    INTEGER, -- its group in failures
    CHECK ((reason IS NOT NULL) = (state = 4)),
    CHECK ((failure IS NOT NULL) = (state = 4)),
    CHECK ((result IS NOT NULL) = (state = 3))
  ) STRICT;
  CREATE INDEX ends_at ON ends (state, ended_at);
  CREATE INDEX ends_failed ON ends (job) WHERE state = 4;
  CREATE INDEX ends_failed_of ON ends (task, job) WHERE state = 4;
  CREATE INDEX ends_of_failure ON ends (failure, job) WHERE state = 4;
  CREATE INDEX ends_cancelled ON ends (job) WHERE state = 5;

  -- Attempts that ended without ending their job: failed for a reason, or handed back for none. The last one is in ends.
  -- job_state: the job ended with it, failed (4) or cancelled (5), and was retried by hand.
  CREATE TABLE attempts (
    job        INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    reason     INTEGER CHECK (reason BETWEEN 1 AND 3),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    worker     INTEGER NOT NULL,
    error      TEXT,
    ended_by   INTEGER NOT NULL CHECK (ended_by BETWEEN 1 AND 8),
    job_state  INTEGER CHECK (job_state BETWEEN 4 AND 5),
    PRIMARY KEY (job, attempt)
  ) STRICT, WITHOUT ROWID;

  -- A key is free again when its job is gone, or as long after its end as held_until is after its creation.
  CREATE TABLE unique_keys (
    name       TEXT PRIMARY KEY,
    job        INTEGER NOT NULL,
    held_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The tokens of jobs that are enqueued only once, and what the first enqueue answered. The job may be gone.
  CREATE TABLE tokens (
    token      TEXT    NOT NULL UNIQUE,
    job        INTEGER NOT NULL,
    kept_until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX tokens_until ON tokens (kept_until);

  -- One row. The id of a removed job never comes back: ids go on from the highest one.
  CREATE TABLE highest_removed (job INTEGER NOT NULL) STRICT;
  INSERT INTO highest_removed (job) VALUES (0);

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

  -- Counted as the ends are stored, so that nobody has to scan the jobs. Minutes since 1970; -1 stands for all time.
  CREATE TABLE statistics (
    minute      INTEGER NOT NULL,
    task        INTEGER NOT NULL,
    queue       INTEGER NOT NULL,
    completed   INTEGER NOT NULL,
    error       INTEGER NOT NULL, -- failed, by reason
    timeout     INTEGER NOT NULL,
    lost        INTEGER NOT NULL,
    expired     INTEGER NOT NULL,
    retried     INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (minute, task, queue)
  ) STRICT, WITHOUT ROWID;

  -- The histogram of the same durations.
  CREATE TABLE durations (
    minute INTEGER NOT NULL,
    task   INTEGER NOT NULL,
    queue  INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, task, queue, bucket)
  ) STRICT, WITHOUT ROWID;

  -- Failed jobs of a task whose errors differ in numbers only. They stay when the jobs are removed.
  CREATE TABLE failures (
    id       INTEGER PRIMARY KEY,
    task     INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    sample   INTEGER NOT NULL, -- the job that failed last
    UNIQUE (task, error)
  ) STRICT;
  CREATE INDEX failures_last ON failures (last_at);
  CREATE TABLE failure_minutes (
    failure INTEGER NOT NULL,
    minute  INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (failure, minute)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE workers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pid           INTEGER NOT NULL,
    start_ticks   INTEGER,
    host          TEXT    NOT NULL,
    boot_id       TEXT,
    pid_namespace TEXT,
    concurrency   INTEGER NOT NULL,
    queues        TEXT    NOT NULL, -- JSON; null: every queue
    tasks         TEXT,             -- JSON: what it knows; null: it was not said
    scheduler     INTEGER NOT NULL CHECK (scheduler BETWEEN 0 AND 1), -- whether it fires schedules
    embedded      INTEGER NOT NULL CHECK (embedded BETWEEN 0 AND 1), -- whether it is in a program of the user's
    processes     TEXT    NOT NULL DEFAULT '[]', -- JSON, as of the last beat
    rss_bytes     INTEGER,
    started_at    INTEGER NOT NULL,
    last_beat_at  INTEGER NOT NULL,
    lease_until   INTEGER NOT NULL -- monotonic milliseconds of the boot in boot_id
  ) STRICT;

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
    clock_ahead   TEXT, -- JSON: until when its slots were decided while the clock was ahead, and when that was set back
    last_success_at INTEGER, -- the last end of a job of it that completed
    CHECK ((plan IS NULL) = (fault IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX schedules_once ON schedules (plan ->> '$.rule.at') WHERE plan ->> '$.rule.kind' = 'once';

  -- What became of the slots of schedules, and how their jobs ended. open: the job has not ended.
  CREATE TABLE slots (
    schedule TEXT    NOT NULL,
    slot     INTEGER NOT NULL,
    through  INTEGER NOT NULL,
    outcome  TEXT    NOT NULL CHECK (outcome = 'fired' OR outcome = 'late' OR outcome = 'skipped'
                                  OR outcome = 'missed' OR outcome = 'waiting'),
    reason   TEXT,
    job      INTEGER,
    late_ms  INTEGER NOT NULL,
    open       INTEGER NOT NULL CHECK (open BETWEEN 0 AND 1),
    job_state  INTEGER, -- as in ends
    job_reason INTEGER,
    job_ms     INTEGER, -- of its last attempt; NULL: it never ran
    PRIMARY KEY (schedule, slot),
    CHECK (through >= slot),
    CHECK ((job IS NOT NULL) = (outcome = 'fired' OR outcome = 'late')),
    CHECK (open = 0 OR job IS NOT NULL),
    CHECK ((job_state IS NOT NULL) = (open = 0 AND job IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX slots_open ON slots (schedule, slot) WHERE open = 1;
  CREATE INDEX slots_of_job ON slots (job) WHERE open = 1;
  CREATE INDEX slots_of_ended_job ON slots (job) WHERE open = 0 AND job IS NOT NULL;
  CREATE INDEX slots_waiting ON slots (schedule, slot) WHERE outcome = 'waiting';
  CREATE INDEX slots_through ON slots (through);

  -- How many slots of a schedule had which outcome, those that were removed too. One that waits has none yet.
  CREATE TABLE slot_totals (
    schedule TEXT    NOT NULL,
    outcome  TEXT    NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (schedule, outcome)
  ) STRICT, WITHOUT ROWID;

  -- One row. slots counts those rows. version counts the changes of schedules; seen_at is when a scheduler was alive.
  CREATE TABLE scheduling (version INTEGER NOT NULL, seen_at INTEGER, slots INTEGER NOT NULL CHECK (slots >= 0)) STRICT;
  INSERT INTO scheduling (version, seen_at, slots) VALUES (0, NULL, 0);

  CREATE TABLE identity (id TEXT NOT NULL) STRICT;
  INSERT INTO identity (id) VALUES (lower(hex(randomblob(16))));

  -- Every job, wherever it is, in words. state is NULL if it is nowhere.
  CREATE VIEW job_rows AS
  SELECT jobs.id AS id, tasks.name AS task, queues.name AS queue,
    CASE
      WHEN ends.state = 3 THEN 'completed' WHEN ends.state = 4 THEN 'failed' WHEN ends.state = 5 THEN 'cancelled'
      WHEN running.job IS NOT NULL THEN 'running' WHEN scheduled.job IS NOT NULL THEN 'scheduled'
      WHEN ready.job IS NOT NULL OR reserved.job IS NOT NULL THEN 'queued'
    END AS state,
    CASE ends.reason WHEN 1 THEN 'error' WHEN 2 THEN 'timeout' WHEN 3 THEN 'lost' WHEN 4 THEN 'expired' END AS reason,
    jobs.priority AS priority, jobs.args AS args, jobs.unique_key AS unique_key, jobs.created_at AS created_at,
    coalesce(troubles.due_at, jobs.due_at, jobs.created_at) AS due_at, jobs.expires_at AS expires_at,
    coalesce(running.started_at, ends.started_at, troubles.started_at) AS started_at, ends.ended_at AS ended_at,
    coalesce(running.attempt, ends.attempt, scheduled.attempt, ready.attempt, reserved.attempt) AS attempt,
    coalesce(troubles.failures, 0) AS failures, coalesce(troubles.losses, 0) AS losses,
    coalesce(troubles.losses_alone, 0) AS losses_alone, coalesce(troubles.postponements, 0) AS postponements,
    coalesce(troubles.suspect, 0) AS suspect,
    kinds.max_retries AS max_retries, kinds.backoff AS backoff, kinds.timeout_ms AS timeout_ms,
    jobs.reserved_for AS reserved_for, jobs.lost_with_worker AS lost_with_worker,
    jobs.trace AS trace,
    coalesce(running.worker, ends.worker, troubles.worker) AS worker, coalesce(running.cancel_requested, 0) AS cancel_requested,
    ends.result AS result, CASE WHEN ends.state = 3 THEN NULL ELSE coalesce(ends.error, troubles.error) END AS error,
    CASE WHEN running.job IS NOT NULL THEN NULL ELSE
      CASE coalesce(ends.ended_by, troubles.ended_by)
        WHEN 1 THEN 'return' WHEN 2 THEN 'throw' WHEN 3 THEN 'signal' WHEN 4 THEN 'abandoned' WHEN 5 THEN 'killed'
        WHEN 6 THEN 'exit' WHEN 7 THEN 'lost' WHEN 8 THEN 'released'
      END
    END AS ended_by,
    jobs.schedule AS schedule, jobs.slot AS slot
  FROM jobs
    CROSS JOIN kinds ON kinds.id = jobs.kind
    CROSS JOIN tasks ON tasks.id = kinds.task
    CROSS JOIN queues ON queues.id = jobs.queue
    LEFT JOIN ends ON ends.job = jobs.id
    LEFT JOIN running ON running.job = jobs.id
    LEFT JOIN scheduled ON scheduled.job = jobs.id
    LEFT JOIN ready ON ready.queue = jobs.queue AND ready.task = kinds.task AND ready.rank = -jobs.priority
      AND ready.job = jobs.id
    LEFT JOIN reserved ON reserved.worker = jobs.reserved_for AND reserved.rank = -jobs.priority AND reserved.job = jobs.id
    LEFT JOIN troubles ON troubles.job = jobs.id;
  `
