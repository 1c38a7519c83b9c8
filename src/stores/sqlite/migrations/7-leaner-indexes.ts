export const leanerIndexes = `
  -- Every index ends with the id as it is: to name it stored it twice in each entry.
  DROP INDEX jobs_ready;
  CREATE INDEX jobs_ready ON jobs (queue, priority DESC) WHERE state = 'queued' AND reserved_for IS NULL;

  -- With those that wait for a retry: when their worker goes, all jobs were read to find them.
  DROP INDEX jobs_reserved;
  CREATE INDEX jobs_reserved ON jobs (reserved_for, state, priority DESC)
    WHERE reserved_for IS NOT NULL AND (state = 'queued' OR state = 'scheduled');

  -- The id is named for the sake of what follows it: which of them wait for a retry.
  DROP INDEX jobs_due;
  CREATE INDEX jobs_due ON jobs (due_at, id, attempt) WHERE state = 'scheduled';

  -- Without those that have failed before: they have begun, and no longer expire.
  DROP INDEX jobs_expiring;
  CREATE INDEX jobs_expiring ON jobs (expires_at)
    WHERE expires_at IS NOT NULL AND failures = 0 AND losses = 0 AND (state = 'scheduled' OR state = 'queued');

  -- What ANALYZE has found at one time of day is wrong at another, and led to plans that read all jobs.
  DROP TABLE IF EXISTS sqlite_stat1;
  DROP TABLE IF EXISTS sqlite_stat4;
  `
