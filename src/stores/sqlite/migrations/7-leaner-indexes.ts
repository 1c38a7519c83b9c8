export const leanerIndexes = `
  -- Every index ends with the id as it is: to name it stored it twice in each entry.
  DROP INDEX jobs_ready;
  CREATE INDEX jobs_ready ON jobs (queue, priority DESC) WHERE state = 'queued' AND reserved_for IS NULL;

  -- With those that wait for a retry: when their worker goes, all jobs were read to find them.
  DROP INDEX jobs_reserved;
  CREATE INDEX jobs_reserved ON jobs (reserved_for, priority DESC)
    WHERE reserved_for IS NOT NULL AND (state = 'queued' OR state = 'scheduled');
  `
