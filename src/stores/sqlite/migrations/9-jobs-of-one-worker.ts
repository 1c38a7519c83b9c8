export const jobsOfOneWorker = `
  -- Whether a job ends as lost when the worker that it is reserved for does: that one alone has its input.
  ALTER TABLE jobs ADD COLUMN lost_with_worker INTEGER NOT NULL DEFAULT 0;
  `
