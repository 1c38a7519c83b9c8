import { stateCodes } from './codes.js'
import { keyFreeAt } from './key-free-at.js'

const these = 'IN (SELECT value FROM json_each(?))'
const keyIsFree = `NOT EXISTS (
  SELECT 1 FROM jobs CROSS JOIN unique_keys AS keys ON keys.name = jobs.unique_key
  WHERE jobs.id = ends.job AND keys.job = ends.job AND ${keyFreeAt} > :now)`

// A failure of which jobs are kept stays: they are found by it.
const failureIsOver = `
  last_at < :minute * 60000 AND NOT EXISTS (SELECT 1 FROM ends WHERE state = 4 AND failure = failures.id)`

/** The lowest ids of a state. Named tables: SQLite would read the index by time, and sort. */
function tooMany(from: string, state: number): string {
  return `
    SELECT job FROM ${from} WHERE state = ${state} AND ended_at > :after AND ended_at <= :before AND ${keyIsFree}
    ORDER BY job LIMIT :limit`
}

/** Statements for what time and people change: sweeps, pauses, workers, retention. */
export const upkeepTexts = {
  // pausing
  pauseQueue: `UPDATE queues SET paused_at = ? WHERE id = ? AND paused_at IS NULL`,
  resumeQueue: `UPDATE queues SET paused_at = NULL WHERE name = ? AND paused_at IS NOT NULL`,

  // sweep
  anyDue: `SELECT 1 FROM scheduled WHERE due_at <= ? LIMIT 1`,
  nextDue: `SELECT min(due_at) AS dueAt FROM scheduled`,
  due: `
    SELECT scheduled.job AS job, scheduled.due_at AS dueAt, jobs.queue AS queue, kinds.task AS task,
      scheduled.reserved_for IS NOT NULL AS isReserved
    FROM scheduled CROSS JOIN jobs ON jobs.id = scheduled.job CROSS JOIN kinds ON kinds.id = jobs.kind
    WHERE scheduled.due_at <= ? ORDER BY scheduled.due_at, scheduled.job LIMIT ?`,
  readyDue: `
    INSERT INTO ready (queue, task, rank, job, attempt, since)
    SELECT jobs.queue, kinds.task, -jobs.priority, jobs.id, scheduled.attempt, scheduled.due_at
    FROM scheduled CROSS JOIN jobs ON jobs.id = scheduled.job CROSS JOIN kinds ON kinds.id = jobs.kind
    WHERE (scheduled.due_at, scheduled.job) <= (?, ?) AND scheduled.reserved_for IS NULL`,
  reserveDue: `
    INSERT INTO reserved (worker, rank, job, attempt, queue, since)
    SELECT scheduled.reserved_for, -jobs.priority, jobs.id, scheduled.attempt, jobs.queue, scheduled.due_at
    FROM scheduled CROSS JOIN jobs ON jobs.id = scheduled.job
    WHERE (scheduled.due_at, scheduled.job) <= (?, ?) AND scheduled.reserved_for IS NOT NULL`,
  deleteDue: `DELETE FROM scheduled WHERE (due_at, job) <= (?, ?)`,
  anyExpired: `SELECT 1 FROM expiring WHERE expires_at <= ? LIMIT 1`,
  expired: `
    SELECT expires_at AS expiresAt, job FROM expiring WHERE expires_at <= ? ORDER BY expires_at, job LIMIT ?`,
  hasExpired: `SELECT 1 FROM jobs WHERE id = ? AND expires_at <= ?`,
  deleteExpiring: `DELETE FROM expiring WHERE expires_at = ? AND job = ?`,
  heldBy: `
    SELECT job_rows.* FROM job_rows
    WHERE id IN (SELECT job FROM running WHERE worker = ? ORDER BY job LIMIT ?) ORDER BY id`,
  waitingFor: `
    SELECT jobs.id AS job, waiting.due_at AS dueAt, jobs.lost_with_worker AS lostWithWorker
    FROM (
      SELECT job, due_at FROM scheduled WHERE reserved_for = ?
      UNION ALL SELECT job, since FROM reserved WHERE worker = ?) AS waiting
    CROSS JOIN jobs ON jobs.id = waiting.job LIMIT ?`,
  freeJob: `UPDATE jobs SET reserved_for = NULL WHERE id = ?`,

  // workers
  insertWorker: `
    INSERT INTO workers (pid, start_ticks, host, boot_id, pid_namespace, concurrency, queues, tasks, scheduler, embedded,
      started_at, last_beat_at, lease_until)
    VALUES (:pid, :startTicks, :host, :bootId, :pidNamespace, :concurrency, :queues, :tasks, :scheduler, :embedded, :now, :now,
      :leaseUntil)`,
  renewLease: `
    UPDATE workers SET last_beat_at = :now, lease_until = :leaseUntil, processes = :processes, rss_bytes = :rssBytes
    WHERE id = :worker`,
  prolongLeases: `
    UPDATE workers SET lease_until = max(lease_until, min(lease_until + :lengthMs, :most))
    WHERE boot_id IS :bootId AND lease_until >= :since`,
  setTasks: `UPDATE workers SET tasks = ? WHERE id = ?`,
  deleteWorker: `DELETE FROM workers WHERE id = ?`,
  workers: `SELECT * FROM workers ORDER BY id`,

  addSample: `INSERT INTO queue_samples (at, queue, queued, enqueued) VALUES (?, ?, ?, ?)`,

  // prune. A key that is held longer than its job lives keeps the job.
  endedJobs: `SELECT sum(completed) AS completed, sum(failed) AS failed, sum(cancelled) AS cancelled FROM queues`,
  tooOld: `SELECT job FROM ends WHERE state = :state AND ended_at <= :before AND ${keyIsFree} ORDER BY ended_at, job LIMIT :limit`,
  // As far as it matters: see prune.ts.
  countEnded: `
    SELECT count(*) AS count FROM (
      SELECT 1 FROM ends WHERE state = :state AND ended_at > :after AND ended_at <= :before LIMIT :most)`,
  tooManyOfFew: `
    SELECT job FROM ends INDEXED BY ends_at
    WHERE state = :state AND ended_at > :after AND ended_at <= :before AND ${keyIsFree} ORDER BY job LIMIT :limit`,
  tooManyCompleted: tooMany('ends NOT INDEXED', stateCodes.completed),
  tooManyFailed: tooMany('ends INDEXED BY ends_failed', stateCodes.failed),
  tooManyCancelled: tooMany('ends INDEXED BY ends_cancelled', stateCodes.cancelled),
  // Whoever found them has not held the lock since.
  stillPrunable: `SELECT job, queue FROM ends WHERE job ${these} AND +state = ? AND +ended_at <= ?`,
  holdsKey: `
    SELECT 1 FROM jobs CROSS JOIN unique_keys AS keys ON keys.name = jobs.unique_key CROSS JOIN ends ON ends.job = jobs.id
    WHERE jobs.id = :job AND keys.job = :job AND ${keyFreeAt} > :now`,
  pruneKeys: `
    DELETE FROM unique_keys WHERE (name, job) IN (SELECT unique_key, id FROM jobs WHERE unique_key IS NOT NULL AND id ${these})`,
  pruneExpiring: `
    DELETE FROM expiring
    WHERE (expires_at, job) IN (SELECT expires_at, id FROM jobs WHERE expires_at IS NOT NULL AND id ${these})`,
  pruneAttempts: `DELETE FROM attempts WHERE job ${these}`,
  pruneOutput: `DELETE FROM output WHERE job ${these}`,
  pruneProgress: `DELETE FROM progress WHERE job ${these}`,
  pruneUsage: `DELETE FROM usage WHERE job ${these}`,
  pruneTroubles: `DELETE FROM troubles WHERE job ${these}`,
  noteRemoved: `UPDATE highest_removed SET job = max(job, (SELECT max(value) FROM json_each(?)))`,
  pruneEnds: `DELETE FROM ends WHERE job ${these}`,
  pruneJobs: `DELETE FROM jobs WHERE id ${these}`,
  pruneStatistics: `DELETE FROM statistics WHERE minute BETWEEN 0 AND :minute - 1`,
  pruneFailureMinutes: `
    DELETE FROM failure_minutes WHERE failure IN (SELECT id FROM failures) AND minute < :minute`,
  pruneFailures: `DELETE FROM failures WHERE ${failureIsOver}`,
  pruneSamples: `DELETE FROM queue_samples WHERE at < :minute * 60000`,
  anyTokenOver: `SELECT 1 FROM tokens WHERE kept_until <= ? LIMIT 1`,
  pruneTokens: `
    DELETE FROM tokens WHERE rowid IN (
      SELECT rowid FROM tokens WHERE kept_until <= :now ORDER BY kept_until, rowid LIMIT :limit)`,
  pruneDurations: `DELETE FROM durations WHERE minute BETWEEN 0 AND :minute - 1`,
  anyStatisticsBefore: `
    SELECT 1 WHERE
      EXISTS (SELECT 1 FROM statistics WHERE minute BETWEEN 0 AND :minute - 1)
      OR EXISTS (SELECT 1 FROM queue_samples WHERE at < :minute * 60000)
      OR EXISTS (SELECT 1 FROM failures WHERE ${failureIsOver})`,
}
