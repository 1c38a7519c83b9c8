export const knownTasks = `
  -- A worker passes over jobs of tasks that it does not know: by the index alone, however many of them wait.
  DROP INDEX jobs_ready;
  CREATE INDEX jobs_ready ON jobs (queue, priority DESC, id, task) WHERE state = 'queued' AND reserved_for IS NULL;

  -- What a worker knows, as a list of names; null: it was not told.
  ALTER TABLE workers ADD COLUMN tasks TEXT;

  -- How often in a row a task has asked to run later.
  ALTER TABLE jobs ADD COLUMN postponements INTEGER NOT NULL DEFAULT 0;
  `
