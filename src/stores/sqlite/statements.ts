import type Database from 'better-sqlite3'
import { type Prepared, prepare } from './prepare.js'
import { scheduleTexts } from './schedule-statements.js'

/** What a claim gives back, in this order: as one JSON text, which costs half as much as so many values. */
const claimedColumns = 'id, task, args, queue, attempt, max_retries, timeout_ms, due_at'
/** Beside them in the same order, or NULL where all are as they are in most jobs. */
const rareColumns = 'failures, losses, losses_alone, suspect, backoff, slot, postponements'
const isPlain = 'failures = 0 AND losses = 0 AND suspect = 0 AND backoff IS NULL AND slot IS NULL AND postponements = 0'

export type ClaimedRow = readonly [
  id: number,
  task: string,
  args: string,
  queue: string,
  attemptsBefore: number,
  maxRetries: number,
  timeoutMs: number | null,
  dueAt: number,
  rare: RareValues | null,
]

export type RareValues = readonly [
  failures: number,
  losses: number,
  lossesAlone: number,
  suspect: 0 | 1,
  backoff: string | null,
  slot: number | null,
  postponements: number,
]

// Its code never began: every attempt that began is kept while its job waits.
const neverStarted = 'NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.job = jobs.id)'
const isExpired = `
  (state = 'scheduled' OR state = 'queued') AND expires_at IS NOT NULL AND expires_at <= :now
  AND failures = 0 AND losses = 0 AND ${neverStarted}`
// What has expired is not started, even if no sweep has buried it yet.
const startable = `(expires_at IS NULL OR expires_at > :now OR NOT ${neverStarted})`

// A list of names is read once for a statement. NULL: whatever the task.
const ofTheseTasks = `(:tasks IS NULL OR task IN (SELECT value FROM json_each(:tasks)))`

/** How many rows the statements take that are made for many. */
export const atOnce = 25

function insertJobs(rows: number): string {
  return `
    INSERT INTO jobs (id, task, queue, state, priority, args, unique_key, created_at, due_at, expires_at, max_retries,
      backoff, timeout_ms, reserved_for)
    VALUES ${listOf(rows, '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')}`
}

function listOf(times: number, what: string): string {
  return Array(times).fill(what).join(', ')
}

/** Looks at `:limit` jobs after the first `:skipped`; `jobs` are those of them that may start. */
function asJson(which: string): string {
  return `
    SELECT count(*) AS looked, json_group_array(json_array(${claimedColumns}, json(rare))) FILTER (WHERE may_start) AS jobs
    FROM (
      SELECT ${claimedColumns}, ${startable} AS may_start,
        CASE WHEN ${isPlain} THEN NULL ELSE json_array(${rareColumns}) END AS rare
      FROM jobs WHERE ${which} ORDER BY priority DESC, id LIMIT :limit OFFSET :skipped)`
}

// Skips from one queue to the next in the index: its cost grows with the number of queues, not of jobs. That some are
// paused is seen here and not at each job: a million jobs that wait on a paused queue cost nothing.
const readyQueues = `
  WITH RECURSIVE ready (queue) AS (
    SELECT min(queue) FROM jobs WHERE state = 'queued' AND reserved_for IS NULL
    UNION ALL
    SELECT (SELECT min(queue) FROM jobs WHERE state = 'queued' AND reserved_for IS NULL AND queue > ready.queue)
    FROM ready WHERE ready.queue IS NOT NULL)
  SELECT queue FROM ready WHERE queue IS NOT NULL AND queue NOT IN (SELECT name FROM paused_queues)`

const onTheseQueues = `
  queue NOT IN (SELECT name FROM paused_queues) AND (:queues IS NULL OR queue IN (SELECT value FROM json_each(:queues)))`

/** Every SQL statement of the store, under its one name; those of schedules are beside it. */
const texts = {
  // enqueue
  insertJob: insertJobs(1),
  insertJobs: insertJobs(atOnce),
  highestJob: `SELECT max(coalesce((SELECT max(id) FROM jobs), 0), job) AS job FROM highest_removed`,
  isWorker: `SELECT 1 FROM workers WHERE id = ?`,
  keyHolder: `
    SELECT keys.job AS job, keys.held_until AS heldUntil, jobs.state AS state
    FROM unique_keys AS keys LEFT JOIN jobs ON jobs.id = keys.job WHERE keys.name = ?`,
  holdKey: `
    INSERT INTO unique_keys (name, job, held_until) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET job = excluded.job, held_until = excluded.held_until`,

  // claim. What it does not touch is one column less to write for every job: `ended_by` is not read of a running job,
  // and `cancel_wanted` is 0 in one that waits.
  leaseTerm: `SELECT boot_id AS bootId, lease_until AS until FROM workers WHERE id = ?`,
  isReady: `SELECT 1 FROM jobs WHERE state = 'queued' AND reserved_for IS NULL AND ${ofTheseTasks} LIMIT 1`,
  isReserved: `SELECT 1 FROM jobs WHERE state = 'queued' AND reserved_for = ? LIMIT 1`,
  readyReserved: asJson(`state = 'queued' AND reserved_for = :worker`),
  readyInQueue: asJson(`state = 'queued' AND reserved_for IS NULL AND queue = :queue AND ${ofTheseTasks}`),
  claim: `
    UPDATE jobs SET state = 'running', attempt = attempt + 1, worker = :worker, started_at = :now
    WHERE id IN (SELECT value FROM json_each(:ids))`,
  readyQueues,
  isAnyPaused: `SELECT 1 FROM paused_queues LIMIT 1`,

  // settle: each names job, attempt and worker. Values by position, where one statement is run for every job.
  settleCompleted: `
    UPDATE jobs SET state = 'completed', result = ?, error = NULL, started_at = ?, ended_at = ?, ended_by = 'return'
    WHERE id = ? AND attempt = ? AND worker = ? AND state = 'running'`,
  settleManyCompleted: `
    UPDATE jobs SET state = 'completed', result = ends.column3, error = NULL, started_at = ends.column4,
      ended_at = ends.column5, ended_by = 'return'
    FROM (VALUES ${listOf(atOnce, '(?, ?, ?, ?, ?)')}) AS ends
    WHERE id = ends.column1 AND attempt = ends.column2 AND worker = ? AND state = 'running'`,
  beginEnds: `SAVEPOINT ends`,
  undoEnds: `ROLLBACK TO ends`,
  keepEnds: `RELEASE ends`,
  settleEnded: `
    UPDATE jobs SET state = :state, reason = :reason, error = coalesce(:error, error), started_at = :startedAt,
      ended_at = :endedAt, ended_by = :endedBy, cancel_wanted = 0, failures = failures + :failure,
      losses = losses + :loss, losses_alone = losses_alone + :lossAlone, suspect = coalesce(:suspect, suspect),
      postponements = coalesce(postponements + :postponement, 0)
    WHERE id = :job AND attempt = :attempt AND worker = :worker AND state = 'running'`,
  settleAgain: `
    UPDATE jobs SET state = :state, due_at = :dueAt, error = coalesce(:error, error), started_at = :startedAt,
      ended_by = :endedBy, failures = failures + :failure, losses = losses + :loss,
      losses_alone = losses_alone + :lossAlone, suspect = coalesce(:suspect, suspect),
      postponements = coalesce(postponements + :postponement, 0)
    WHERE id = :job AND attempt = :attempt AND worker = :worker AND state = 'running'`,
  insertAttempt: `
    INSERT INTO attempts (job, attempt, state, reason, started_at, ended_at, worker, error, ended_by)
    VALUES (:job, :attempt, :state, :reason, :startedAt, :endedAt, :worker, :error, :endedBy)`,
  // A job that was asked to stop but goes back to a queue stops there.
  cancelAskedFor: `
    UPDATE jobs SET state = 'cancelled', ended_at = :now, cancel_wanted = 0
    WHERE id = :job AND cancel_wanted = 1 AND state IN ('scheduled', 'queued')`,

  // output
  isRunning: `SELECT 1 FROM jobs WHERE id = ? AND attempt = ? AND worker = ? AND state = 'running'`,
  addOutput: `INSERT INTO output (job, attempt, line, at, stream, text) VALUES (?, ?, ?, ?, ?, ?)`,
  forgetOutput: `DELETE FROM output WHERE job = ? AND attempt = ? AND line BETWEEN ? AND ?`,
  keepProgress: `INSERT OR REPLACE INTO progress (job, fraction, message) VALUES (?, ?, ?)`,
  keepUsage: `INSERT OR REPLACE INTO usage (job, attempt, peak_bytes, cpu_ms) VALUES (?, ?, ?, ?)`,
  output: `
    SELECT line, at, stream, text FROM output WHERE job = ? AND attempt = ? AND line > ? ORDER BY line LIMIT ?`,
  progress: `SELECT job, fraction, message FROM progress WHERE job IN (SELECT value FROM json_each(?))`,
  usage: `SELECT attempt, peak_bytes AS peakBytes, cpu_ms AS cpuMs FROM usage WHERE job = ?`,

  // statistics
  addStatistics: `
    INSERT INTO statistics (minute, task, queue, completed, failed, retried, duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET completed = completed + excluded.completed, failed = failed + excluded.failed,
      retried = retried + excluded.retried, duration_ms = duration_ms + excluded.duration_ms`,
  addDurations: `
    INSERT INTO durations (minute, task, queue, bucket, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  statistics: `
    SELECT task, queue, sum(completed) AS completed, sum(failed) AS failed, sum(retried) AS retried,
      sum(duration_ms) AS durationMs
    FROM statistics WHERE minute BETWEEN ? AND ? GROUP BY queue, task ORDER BY queue, task`,
  durations: `
    SELECT task, queue, bucket, sum(count) AS count
    FROM durations WHERE minute BETWEEN ? AND ? GROUP BY queue, task, bucket ORDER BY queue, task, bucket`,

  // cancel
  cancelWaiting: `
    UPDATE jobs SET state = 'cancelled', ended_at = :now WHERE id = :job AND state IN ('scheduled', 'queued')`,
  askToCancel: `UPDATE jobs SET cancel_wanted = 1 WHERE id = :job AND state = 'running'`,
  cancelRequests: `SELECT id FROM jobs WHERE cancel_wanted = 1 AND worker = ? AND state = 'running' ORDER BY id`,

  // pausing
  pauseQueue: `INSERT INTO paused_queues (name, paused_at) VALUES (?, ?) ON CONFLICT DO NOTHING`,
  resumeQueue: `DELETE FROM paused_queues WHERE name = ?`,
  pausedQueues: `SELECT name, paused_at AS pausedAt FROM paused_queues ORDER BY name`,

  // sweep
  anyDue: `SELECT 1 FROM jobs WHERE state = 'scheduled' AND due_at <= ? LIMIT 1`,
  anyExpired: `SELECT 1 FROM jobs WHERE ${isExpired} LIMIT 1`,
  promoteDue: `
    UPDATE jobs SET state = 'queued'
    WHERE id IN (SELECT id FROM jobs WHERE state = 'scheduled' AND due_at <= :now ORDER BY due_at, id LIMIT :limit)`,
  nextDue: `SELECT min(due_at) AS dueAt FROM jobs WHERE state = 'scheduled'`,
  buryExpired: `
    UPDATE jobs SET state = 'failed', reason = 'expired', ended_at = :now, error = :error
    WHERE id IN (SELECT id FROM jobs WHERE ${isExpired} ORDER BY expires_at, id LIMIT :limit)
    RETURNING task, queue`,
  heldBy: `SELECT * FROM jobs WHERE state = 'running' AND worker = ? ORDER BY id LIMIT ?`,
  buryReserved: `
    UPDATE jobs SET state = 'failed', reason = 'lost', ended_at = :now, error = :error
    WHERE reserved_for = :worker AND lost_with_worker = 1 AND (state = 'queued' OR state = 'scheduled')
    RETURNING task, queue`,
  loseWithWorker: `UPDATE jobs SET lost_with_worker = 1 WHERE id = ?`,
  freeReserved: `
    UPDATE jobs SET reserved_for = NULL WHERE reserved_for = ? AND (state = 'queued' OR state = 'scheduled')`,

  // prune. A key that is held longer than its job lives keeps the job.
  prunable: `
    SELECT id FROM jobs
    WHERE state = :state AND ended_at <= :before AND NOT EXISTS (
      SELECT 1 FROM unique_keys AS keys
      WHERE keys.name = jobs.unique_key AND keys.job = jobs.id AND keys.held_until > :now)
    ORDER BY ended_at, id LIMIT :limit`,
  // Whoever found them has not held the lock since.
  stillPrunable: `
    SELECT id FROM jobs WHERE id IN (SELECT value FROM json_each(:ids)) AND state = :state AND ended_at <= :before`,
  pruneKeys: `
    DELETE FROM unique_keys
    WHERE (name, job) IN (
      SELECT unique_key, id FROM jobs WHERE unique_key IS NOT NULL AND id IN (SELECT value FROM json_each(?)))`,
  pruneAttempts: `DELETE FROM attempts WHERE job IN (SELECT value FROM json_each(?))`,
  pruneOutput: `DELETE FROM output WHERE job IN (SELECT value FROM json_each(?))`,
  pruneProgress: `DELETE FROM progress WHERE job IN (SELECT value FROM json_each(?))`,
  pruneUsage: `DELETE FROM usage WHERE job IN (SELECT value FROM json_each(?))`,
  noteRemoved: `UPDATE highest_removed SET job = max(job, (SELECT max(value) FROM json_each(?)))`,
  pruneJobs: `DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?))`,
  pruneStatistics: `DELETE FROM statistics WHERE minute BETWEEN 0 AND ? - 1`,
  pruneDurations: `DELETE FROM durations WHERE minute BETWEEN 0 AND ? - 1`,
  anyStatisticsBefore: `SELECT 1 FROM statistics WHERE minute BETWEEN 0 AND ? - 1 LIMIT 1`,
  newestJobTooMany: `
    SELECT ended_at AS time FROM jobs WHERE state = ? AND ended_at IS NOT NULL
    ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET ?`,

  // workers
  insertWorker: `
    INSERT INTO workers (pid, start_ticks, host, boot_id, pid_namespace, concurrency, queues, tasks, started_at, last_beat_at,
      lease_until)
    VALUES (:pid, :startTicks, :host, :bootId, :pidNamespace, :concurrency, :queues, :tasks, :now, :now, :leaseUntil)`,
  renewLease: `
    UPDATE workers SET last_beat_at = :now, lease_until = :leaseUntil, processes = :processes WHERE id = :worker`,
  setTasks: `UPDATE workers SET tasks = ? WHERE id = ?`,
  deleteWorker: `DELETE FROM workers WHERE id = ?`,
  workers: `SELECT * FROM workers ORDER BY id`,

  // reading
  job: `SELECT * FROM jobs WHERE id = ?`,
  attempts: `SELECT * FROM attempts WHERE job = ? ORDER BY attempt`,
  running: `SELECT * FROM jobs WHERE state = 'running' ORDER BY started_at, id LIMIT ?`,
  // Two ranges of the index of ready jobs, neither of them read further than asked for.
  jobsAhead: `
    SELECT
      (SELECT count(*) FROM (
        SELECT 1 FROM jobs WHERE state = 'queued' AND reserved_for IS NULL AND queue = :queue AND priority > :priority
        LIMIT :most)) +
      (SELECT count(*) FROM (
        SELECT 1 FROM jobs
        WHERE state = 'queued' AND reserved_for IS NULL AND queue = :queue AND priority = :priority AND id < :id
        LIMIT :most)) AS count`,
  // One index after the other, until one has something. A job that waits for a retry is scheduled and has been claimed
  // before; one that is only delayed has not.
  anyUnfinished: `
    SELECT 1 WHERE
      EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND ${onTheseQueues})
      OR EXISTS (SELECT 1 FROM jobs WHERE reserved_for IS NOT NULL AND state = 'queued' AND ${onTheseQueues})
      OR EXISTS (SELECT 1 FROM jobs WHERE state = 'scheduled' AND attempt > 0 AND ${onTheseQueues} AND ${ofTheseTasks})
      OR EXISTS (SELECT 1 FROM (${readyQueues}) AS ready WHERE ${onTheseQueues}
        AND EXISTS (SELECT 1 FROM jobs
          WHERE state = 'queued' AND reserved_for IS NULL AND jobs.queue = ready.queue AND ${ofTheseTasks}))`,
  queuedByTask: `
    SELECT task, count(*) AS count FROM jobs
    WHERE state = 'queued' AND reserved_for IS NULL AND ${onTheseQueues} GROUP BY task ORDER BY task`,
  // Reads all jobs: nothing on the way of a job may use it.
  queueCounts: `
    SELECT queue, state, count(*) AS count, min(due_at) AS oldestDueAt FROM jobs GROUP BY queue, state ORDER BY queue`,
}

export const statementTexts = { ...texts, ...scheduleTexts }

export type Statements = Prepared<typeof statementTexts>

export function prepareStatements(db: Database.Database): Statements {
  return prepare(db, statementTexts)
}
