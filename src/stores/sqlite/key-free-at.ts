/**
 * When a key is free again, in a statement over `keys`, `jobs` and `ends`; null before its job has ended. `held_until` is from when
 * on it would be free if the job had ended as it was created. A key that is not held longer than its job is free at once: the
 * clock of a task process may be ahead by a millisecond.
 */
export const keyFreeAt = `CASE WHEN ends.job IS NULL THEN NULL WHEN keys.held_until <= jobs.created_at THEN 0
  ELSE ends.ended_at + (keys.held_until - jobs.created_at) END`
