export const suspectsAndStatistics = `
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
  `
