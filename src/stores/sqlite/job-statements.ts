import { endedByCodes, stateCodes } from './codes.js'
import { keyFreeAt } from './key-free-at.js'
import { atOnce, insertText, listOf } from './many-rows.js'
import { readyColumns } from './ready-jobs.js'

const jobColumns = `jobs (id, kind, queue, priority, created_at, args, due_at, expires_at, unique_key, reserved_for,
  lost_with_worker, schedule, slot, trace)`
const jobValues = listOf(14, '?')
// All that most jobs have to say.
const plainColumns = 'jobs (id, kind, queue, priority, created_at, args)'
const plainValues = listOf(6, '?')
const completedColumns = 'ends (job, task, queue, attempt, worker, started_at, ended_at, result, state, ended_by)'
const completedValues = `${listOf(8, '?')}, ${stateCodes.completed}, ${endedByCodes.return}`

/** Of the last attempt of an ended job; NULL: it never ran. */
export const durationMs = 'max(0, ends.ended_at - ends.started_at)'

const upToHere = 'WHERE queue = ? AND task = ? AND (rank, job) <= (?, ?)'

/** Statements on the way of a job: it is enqueued, waits, is claimed, and ends or waits again. */
export const jobTexts = {
  // names
  queueId: `SELECT id FROM queues WHERE name = ?`,
  queueName: `SELECT name FROM queues WHERE id = ?`,
  addQueue: `INSERT INTO queues (name) VALUES (?)`,
  taskId: `SELECT id FROM tasks WHERE name = ?`,
  taskName: `SELECT name FROM tasks WHERE id = ?`,
  addTask: `INSERT INTO tasks (name) VALUES (?)`,
  kind: `SELECT task, max_retries AS maxRetries, timeout_ms AS timeoutMs, backoff FROM kinds WHERE id = ?`,
  kindId: `
    SELECT id FROM kinds
    WHERE task = ? AND max_retries = ? AND coalesce(timeout_ms, -1) = coalesce(?, -1)
      AND coalesce(backoff, '') = coalesce(?, '')`,
  addKind: `INSERT INTO kinds (task, max_retries, timeout_ms, backoff) VALUES (?, ?, ?, ?)`,

  // counters
  countStates: `
    UPDATE queues SET scheduled = scheduled + ?, completed = completed + ?, failed = failed + ?, cancelled = cancelled + ?,
      removed = removed + ?
    WHERE id = ?`,
  addReady: `
    INSERT INTO backlogs (queue, task, ready) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ready = ready + excluded.ready`,
  removeReady: `UPDATE backlogs SET ready = ready - ? WHERE queue = ? AND task = ?`,
  dropBacklog: `DELETE FROM backlogs WHERE queue = ? AND task = ? AND ready = 0`,

  // enqueue
  insertJob: insertText(jobColumns, jobValues, 1),
  insertJobs: insertText(jobColumns, jobValues, atOnce),
  insertPlainJob: insertText(plainColumns, plainValues, 1),
  insertPlainJobs: insertText(plainColumns, plainValues, atOnce),
  readyNew: `
    INSERT INTO ready (queue, task, rank, job, attempt, since)
    SELECT jobs.queue, kinds.task, -jobs.priority, jobs.id, 0, jobs.created_at
    FROM jobs CROSS JOIN kinds ON kinds.id = jobs.kind WHERE jobs.id BETWEEN ? AND ?`,
  highestJob: `SELECT max(coalesce((SELECT max(id) FROM jobs), 0), job) AS job FROM highest_removed`,
  isWorker: `SELECT 1 FROM workers WHERE id = ?`,
  isKey: `SELECT 1 FROM unique_keys WHERE name = ?`,
  keyHolder: `
    SELECT keys.job AS job, CASE WHEN jobs.id IS NULL THEN 0 ELSE ${keyFreeAt} END AS freeAt
    FROM unique_keys AS keys LEFT JOIN jobs ON jobs.id = keys.job LEFT JOIN ends ON ends.job = keys.job
    WHERE keys.name = ?`,
  holdKey: `
    INSERT INTO unique_keys (name, job, held_until) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET job = excluded.job, held_until = excluded.held_until`,
  jobOfToken: `SELECT job FROM tokens WHERE token = ?`,
  keepToken: `INSERT INTO tokens (token, job, kept_until) VALUES (?, ?, ?)`,
  forgetTokens: `UPDATE tokens SET kept_until = ? WHERE token IN (SELECT value FROM json_each(?))`,
  markJob: `UPDATE jobs SET schedule = :name, slot = :slot WHERE id = :job`,

  // waiting
  place: `
    SELECT jobs.id AS job, jobs.queue AS queue, kinds.task AS task, -jobs.priority AS rank,
      jobs.reserved_for AS reservedFor,
      coalesce(ends.attempt, running.attempt, scheduled.attempt, ready.attempt, reserved.attempt) AS attempt,
      CASE
        WHEN ends.job IS NOT NULL THEN ends.state
        WHEN running.job IS NOT NULL THEN ${stateCodes.running}
        WHEN scheduled.job IS NOT NULL THEN ${stateCodes.scheduled}
        WHEN ready.job IS NOT NULL OR reserved.job IS NOT NULL THEN ${stateCodes.queued}
      END AS state
    FROM jobs
      CROSS JOIN kinds ON kinds.id = jobs.kind
      LEFT JOIN ends ON ends.job = jobs.id
      LEFT JOIN running ON running.job = jobs.id
      LEFT JOIN scheduled ON scheduled.job = jobs.id
      LEFT JOIN ready ON ready.queue = jobs.queue AND ready.task = kinds.task AND ready.rank = -jobs.priority
        AND ready.job = jobs.id
      LEFT JOIN reserved ON reserved.worker = jobs.reserved_for AND reserved.rank = -jobs.priority
        AND reserved.job = jobs.id
    WHERE jobs.id = ?`,
  insertReady: `INSERT INTO ready (queue, task, rank, job, attempt, since) VALUES (?, ?, ?, ?, ?, ?)`,
  insertScheduled: `INSERT INTO scheduled (job, due_at, attempt, reserved_for) VALUES (?, ?, ?, ?)`,
  insertReserved: `INSERT INTO reserved (worker, rank, job, attempt, queue, since) VALUES (?, ?, ?, ?, ?, ?)`,
  insertExpiring: `INSERT INTO expiring (expires_at, job) VALUES (?, ?)`,
  expireAgain: `
    INSERT OR IGNORE INTO expiring (expires_at, job)
    SELECT expires_at, id FROM jobs WHERE id = ? AND expires_at IS NOT NULL`,
  deleteReady: `DELETE FROM ready WHERE queue = ? AND task = ? AND rank = ? AND job = ?`,
  deleteScheduled: `DELETE FROM scheduled WHERE job = ?`,
  deleteReserved: `DELETE FROM reserved WHERE worker = ? AND rank = ? AND job = ?`,

  // claim
  leaseTerm: `SELECT boot_id AS bootId, lease_until AS until FROM workers WHERE id = ?`,
  isReserved: `SELECT 1 FROM reserved WHERE worker = ? LIMIT 1`,
  backlogs: `
    SELECT backlogs.queue AS queue, backlogs.task AS task
    FROM backlogs CROSS JOIN queues ON queues.id = backlogs.queue WHERE queues.paused_at IS NULL`,
  startFirst: `
    INSERT INTO running (job, attempt, worker, queue, started_at)
    SELECT job, attempt + 1, ?, queue, ? FROM ready ${upToHere}`,
  deleteFirst: `DELETE FROM ready ${upToHere}`,
  startJob: `INSERT INTO running (job, attempt, worker, queue, started_at) VALUES (?, ?, ?, ?, ?)`,
  trouble: `
    SELECT failures, losses, losses_alone AS lossesAlone, postponements, suspect FROM troubles WHERE job = ?`,
  // Every attempt that began is kept while its job waits.
  hasBegun: `SELECT 1 FROM attempts WHERE job = ? LIMIT 1`,

  // settle: whoever ends an attempt names job, attempt and worker.
  beginEnds: `SAVEPOINT ends`,
  undoEnds: `ROLLBACK TO ends`,
  keepEnds: `RELEASE ends`,
  leaveRunning: `DELETE FROM running WHERE job = ? AND attempt = ? AND worker = ? RETURNING cancel_requested`,
  leaveRunningMany: `DELETE FROM running WHERE worker = ? AND attempt = ? AND job IN (${listOf(atOnce, '?')})`,
  insertCompleted: insertText(completedColumns, completedValues, atOnce),
  insertCompletedOne: insertText(completedColumns, completedValues, 1),
  insertEnd: `
    INSERT INTO ends (job, state, task, queue, attempt, worker, started_at, ended_at, ended_by, reason, error, failure)
    VALUES (:job, :state, :task, :queue, :attempt, :worker, :startedAt, :endedAt, :endedBy, :reason, :error, :failure)`,
  insertAttempt: `
    INSERT INTO attempts (job, attempt, reason, started_at, ended_at, worker, error, ended_by)
    VALUES (:job, :attempt, :reason, :startedAt, :endedAt, :worker, :error, :endedBy)`,
  addTrouble: `
    INSERT INTO troubles (job, failures, losses, losses_alone, postponements, suspect, error, due_at, worker, started_at,
      ended_by)
    VALUES (:job, :failures, :losses, :lossesAlone, coalesce(:postponements, 0), coalesce(:suspect, 0), :error, :dueAt,
      :worker, :startedAt, :endedBy)
    ON CONFLICT DO UPDATE SET failures = failures + excluded.failures, losses = losses + excluded.losses,
      losses_alone = losses_alone + excluded.losses_alone,
      postponements = coalesce(postponements + :postponements, 0), suspect = coalesce(:suspect, suspect),
      error = coalesce(excluded.error, error), due_at = coalesce(excluded.due_at, due_at), worker = excluded.worker,
      started_at = excluded.started_at, ended_by = excluded.ended_by`,

  // cancel
  requestCancel: `UPDATE running SET cancel_requested = 1 WHERE job = ?`,
  cancelRequests: `SELECT job FROM running WHERE cancel_requested = 1 AND worker = ? ORDER BY job`,

  // retry by hand
  retriedJob: `SELECT unique_key AS uniqueKey, lost_with_worker AS lostWithWorker FROM jobs WHERE id = ?`,
  holdKeyAgain: `
    INSERT INTO unique_keys (name, job, held_until) SELECT :name, id, created_at FROM jobs WHERE id = :job
    ON CONFLICT (name) DO UPDATE SET job = excluded.job, held_until = excluded.held_until WHERE job <> excluded.job`,
  keepLastAttempt: `
    INSERT INTO attempts (job, attempt, reason, started_at, ended_at, worker, error, ended_by, job_state)
    SELECT job, attempt, reason, started_at, ended_at, worker, error, ended_by, state
    FROM ends WHERE job = ? AND started_at IS NOT NULL`,
  beginAgain: `
    INSERT INTO troubles (job, failures, losses, losses_alone, postponements, suspect, due_at, worker, started_at, ended_by,
      retried)
    SELECT job, 0, 0, 0, 0, 0, :now, worker, started_at, ended_by, 1 FROM ends WHERE job = :job
    ON CONFLICT DO UPDATE SET failures = 0, losses = 0, losses_alone = 0, postponements = 0, suspect = 0, error = NULL,
      due_at = excluded.due_at, worker = coalesce(excluded.worker, worker),
      started_at = coalesce(excluded.started_at, started_at), ended_by = coalesce(excluded.ended_by, ended_by),
      retried = retried + 1`,
  leaveEnds: `DELETE FROM ends WHERE job = ?`,
  forgetProgress: `DELETE FROM progress WHERE job = ?`,
  neverExpire: `DELETE FROM expiring WHERE (expires_at, job) IN (SELECT expires_at, id FROM jobs WHERE id = ?)`,
  freeForAll: `
    UPDATE jobs SET reserved_for = NULL, expires_at = NULL
    WHERE id = ? AND (reserved_for IS NOT NULL OR expires_at IS NOT NULL)`,
  reopenSlots: `
    UPDATE slots SET open = 1, job_state = NULL, job_reason = NULL, job_ms = NULL WHERE open = 0 AND job = ?`,

  // output
  isRunning: `SELECT 1 FROM running WHERE job = ? AND attempt = ? AND worker = ?`,
  addOutput: `INSERT INTO output (job, attempt, line, at, stream, text) VALUES (?, ?, ?, ?, ?, ?)`,
  forgetOutput: `DELETE FROM output WHERE job = ? AND attempt = ? AND line BETWEEN ? AND ?`,
  keepProgress: `INSERT OR REPLACE INTO progress (job, fraction, message) VALUES (?, ?, ?)`,
  keepUsage: `INSERT OR REPLACE INTO usage (job, attempt, peak_bytes, cpu_ms) VALUES (?, ?, ?, ?)`,

  // statistics
  addStatistics: `
    INSERT INTO statistics (minute, task, queue, completed, error, timeout, lost, expired, retried, duration_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET completed = completed + excluded.completed, error = error + excluded.error,
      timeout = timeout + excluded.timeout, lost = lost + excluded.lost, expired = expired + excluded.expired,
      retried = retried + excluded.retried, duration_ms = duration_ms + excluded.duration_ms`,
  addDurations: `
    INSERT INTO durations (minute, task, queue, bucket, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`,

  // failures
  failureGroup: `SELECT id FROM failures WHERE task = ? AND error = ?`,
  countFailureGroups: `SELECT count(*) AS count FROM failures WHERE task = ?`,
  addFailureGroup: `
    INSERT INTO failures (task, error, first_at, last_at, sample) VALUES (:task, :error, :at, :at, :job)`,
  countFailure: `UPDATE failures SET last_at = max(last_at, :at), sample = :job WHERE id = :group`,
  countFailureMinute: `
    INSERT INTO failure_minutes (failure, minute, count) VALUES (?, ?, 1)
    ON CONFLICT DO UPDATE SET count = count + 1`,

  // The slots of a job that has ended. The range is an index lookup where there are none, which is the rule.
  isOpenSlot: `SELECT 1 FROM slots WHERE open = 1 AND job BETWEEN ? AND ? LIMIT 1`,
  endSlots: `
    UPDATE slots SET open = 0, job_state = ends.state, job_reason = ends.reason, job_ms = ${durationMs}
    FROM ends WHERE ends.job = ? AND slots.open = 1 AND slots.job = ends.job`,
  noteSuccess: `
    UPDATE schedules SET last_success_at = max(coalesce(last_success_at, 0), ends.ended_at)
    FROM ends, slots
    WHERE ends.job = ? AND ends.state = ${stateCodes.completed} AND slots.open = 1 AND slots.job = ends.job
      AND schedules.name = slots.schedule`,
}

/** Those whose rows come as arrays. */
export const rawJobTexts = {
  firstReserved: `
    SELECT ${readyColumns('reserved')}
    WHERE reserved.worker = ? AND (reserved.rank, reserved.job) > (?, ?) ORDER BY reserved.rank, reserved.job LIMIT ?`,
}
