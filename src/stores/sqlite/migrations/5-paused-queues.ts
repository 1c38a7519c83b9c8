export const pausedQueues = `
  CREATE TABLE paused_queues (name TEXT PRIMARY KEY, paused_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `
