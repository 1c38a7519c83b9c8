/** Where `ready` and `reserved` have a job. */
const ofJobs = 'job BETWEEN :first AND :last'

/** What a move reads and writes. */
export const transferTexts = {
  counters: `
    SELECT max(coalesce((SELECT max(id) FROM jobs), 0), (SELECT job FROM highest_removed)) AS job,
      coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'workers'), 0) AS worker,
      version AS schedulesVersion, seen_at AS schedulerSeenAt
    FROM scheduling`,
  queues: `
    SELECT name, paused_at AS pausedAt, scheduled + completed + failed + cancelled + removed
      + (SELECT coalesce(sum(ready), 0) FROM backlogs WHERE queue = queues.id)
      + (SELECT count(*) FROM reserved WHERE queue = queues.id) + (SELECT count(*) FROM running WHERE queue = queues.id)
      AS enqueued
    FROM queues`,
  sizes: `
    SELECT jobs.id AS id, length(args) + coalesce(length(result), 0) AS size
    FROM jobs LEFT JOIN ends ON ends.job = jobs.id WHERE jobs.id > ? ORDER BY jobs.id LIMIT 500`,
  jobs: `
    SELECT job_rows.*, ends.failure AS failure, keys.held_until - job_rows.created_at AS held_ms
    FROM job_rows
      LEFT JOIN ends ON ends.job = job_rows.id
      LEFT JOIN unique_keys AS keys ON keys.name = job_rows.unique_key AND keys.job = job_rows.id
    WHERE job_rows.id BETWEEN :first AND :last ORDER BY job_rows.id`,
  attempts: `SELECT * FROM attempts WHERE ${ofJobs} ORDER BY job, attempt`,
  usage: `SELECT job, attempt, peak_bytes AS peakBytes, cpu_ms AS cpuMs FROM usage WHERE ${ofJobs}`,
  progress: `SELECT job, fraction, message FROM progress WHERE ${ofJobs}`,
  output: `
    SELECT job, attempt, line, at, stream, text FROM output
    WHERE (job, attempt, line) > (?, ?, ?) AND job <= ? ORDER BY job, attempt, line LIMIT 1000`,
  tokens: `
    SELECT token, job, kept_until AS keptUntil FROM tokens
    WHERE (kept_until, token) > (?, ?) ORDER BY kept_until, token LIMIT 1000`,
  schedules: `
    SELECT schedules.*,
      (SELECT json_group_object(outcome, count) FROM slot_totals WHERE schedule = schedules.name) AS totals
    FROM schedules WHERE name > ? ORDER BY name LIMIT 500`,
  slots: `
    SELECT * FROM slots WHERE through >= :through AND (through, schedule || ' ' || slot) > (:through, :name)
    ORDER BY through, schedule || ' ' || slot LIMIT 1000`,
  minutes: `SELECT DISTINCT minute FROM statistics WHERE minute > ? ORDER BY minute LIMIT 500`,
  failures: `
    SELECT failures.id AS id, tasks.name AS task, error, first_at AS firstAt, last_at AS lastAt, sample
    FROM failures CROSS JOIN tasks ON tasks.id = failures.task WHERE failures.id > ? ORDER BY failures.id LIMIT 200`,
  failureMinutes: `SELECT minute, count FROM failure_minutes WHERE failure = ? ORDER BY minute`,
  nextSample: `SELECT min(at) AS at FROM queue_samples WHERE at >= ?`,
  samples: `
    SELECT queues.name AS queue, at, queued, enqueued
    FROM queue_samples CROSS JOIN queues ON queues.id = queue_samples.queue WHERE at >= ? AND at < ?`,

  addJob: `
    INSERT OR IGNORE INTO jobs (id, kind, queue, priority, created_at, args, due_at, expires_at, unique_key, reserved_for,
      lost_with_worker, schedule, slot, trace)
    VALUES (:id, :kind, :queue, :priority, :createdAt, :args, :dueAt, :expiresAt, :key, :reservedFor, :lostWithWorker,
      :schedule, :slot, :trace)`,
  addEnd: `
    INSERT INTO ends (job, state, task, queue, attempt, worker, started_at, ended_at, ended_by, result, reason, error, failure)
    VALUES (:job, :state, :task, :queue, :attempt, :worker, :startedAt, :endedAt, :endedBy, :result, :reason, :error, :failure)`,
  addTrouble: `
    INSERT INTO troubles (job, failures, losses, losses_alone, postponements, suspect, error, worker, started_at, ended_by)
    VALUES (:job, :failures, :losses, :lossesAlone, :postponements, :suspect, :error, :worker, :startedAt, :endedBy)`,
  addAttempt: `
    INSERT INTO attempts (job, attempt, reason, started_at, ended_at, worker, error, ended_by, job_state)
    VALUES (:job, :attempt, :reason, :startedAt, :endedAt, :worker, :error, :endedBy, :jobState)`,
  addUsage: `INSERT INTO usage (job, attempt, peak_bytes, cpu_ms) VALUES (?, ?, ?, ?)`,
  addLine: `INSERT OR IGNORE INTO output (job, attempt, line, at, stream, text) VALUES (?, ?, ?, ?, ?, ?)`,
  addToken: `INSERT OR IGNORE INTO tokens (token, job, kept_until) VALUES (?, ?, ?)`,
  addSchedule: `
    INSERT OR IGNORE INTO schedules (name, source, task, plan, fault, revision, created_at, decided_until, fired, paused_at,
      pauses, clock_ahead, last_success_at)
    VALUES (:name, :source, :task, :plan, :fault, :revision, :createdAt, :decidedUntil, :fired, :pausedAt, :pauses,
      :clockAhead, :lastSuccessAt)`,
  addTotal: `INSERT OR IGNORE INTO slot_totals (schedule, outcome, count) VALUES (?, ?, ?)`,
  addSlot: `
    INSERT OR IGNORE INTO slots (schedule, slot, through, outcome, reason, job, late_ms, open, job_state, job_reason, job_ms)
    VALUES (:schedule, :slot, :through, :outcome, :reason, :job, :lateMs, :open, :jobState, :jobReason, :jobMs)`,
  addCounts: `
    INSERT OR IGNORE INTO statistics (minute, task, queue, completed, error, timeout, lost, expired, retried, duration_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  addDuration: `INSERT OR IGNORE INTO durations (minute, task, queue, bucket, count) VALUES (?, ?, ?, ?, ?)`,
  addFailure: `
    INSERT OR IGNORE INTO failures (id, task, error, first_at, last_at, sample)
    VALUES (:id, :task, :error, :firstAt, :lastAt, :sample)`,
  addFailureMinute: `INSERT OR IGNORE INTO failure_minutes (failure, minute, count) VALUES (?, ?, ?)`,
  addSample: `INSERT OR IGNORE INTO queue_samples (at, queue, queued, enqueued) VALUES (?, ?, ?, ?)`,

  keepVersion: `UPDATE scheduling SET version = ?, seen_at = ?`,
  countSlots: `UPDATE scheduling SET slots = (SELECT count(*) FROM slots)`,
  pauseQueue: `UPDATE queues SET paused_at = ? WHERE id = ?`,
  keepHighest: `UPDATE highest_removed SET job = ?`,
  dropSequence: `DELETE FROM sqlite_sequence WHERE name = 'workers'`,
  keepSequence: `INSERT INTO sqlite_sequence (name, seq) VALUES ('workers', ?)`,
  // How many were there once and are no more.
  countRemoved: `
    UPDATE queues SET removed = max(0, :enqueued - scheduled - completed - failed - cancelled
      - (SELECT coalesce(sum(ready), 0) FROM backlogs WHERE queue = queues.id))
    WHERE id = :queue`,
}
