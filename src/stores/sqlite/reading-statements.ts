import { shellTask } from '../../domain/shell-task.js'
import { isNotification } from './notification-keys.js'

// A list of names is read once for a statement. NULL: all.
const isNamed = (name: string, names: string) =>
  `(${names} IS NULL OR ${name} IN (SELECT value FROM json_each(${names})))`
const onTheseQueues = `queue IN (SELECT id FROM queues WHERE paused_at IS NULL AND ${isNamed('name', ':queues')})`
const ofTheseTasks = `task IN (SELECT id FROM tasks WHERE ${isNamed('name', ':tasks')})`

// Of the running and the reserved jobs, which are few, the rows are counted.
const counts = `
  WITH counts AS (
    SELECT queues.*,
      (SELECT coalesce(sum(ready), 0) FROM backlogs WHERE queue = queues.id) + coalesce(own.jobs, 0) AS queued,
      coalesce(active.jobs, 0) AS running
    FROM queues
      LEFT JOIN (SELECT queue, count(*) AS jobs FROM reserved GROUP BY queue) AS own ON own.queue = queues.id
      LEFT JOIN (SELECT queue, count(*) AS jobs FROM running GROUP BY queue) AS active ON active.queue = queues.id)`

/** Statements that only read. */
export const readingTexts = {
  job: `SELECT * FROM job_rows WHERE id = ?`,
  jobsOf: `SELECT * FROM job_rows WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`,
  originOf: `SELECT schedule, unique_key AS key FROM jobs WHERE id = ?`,
  attempts: `SELECT * FROM attempts WHERE job = ? ORDER BY attempt`,
  running: `
    SELECT * FROM job_rows WHERE id IN (SELECT job FROM running ORDER BY started_at, job LIMIT ?)
    ORDER BY started_at, id`,
  output: `
    SELECT line, at, stream, text FROM output WHERE job = ? AND attempt = ? AND line > ? ORDER BY line LIMIT ?`,
  progress: `SELECT job, fraction, message FROM progress WHERE job IN (SELECT value FROM json_each(?))`,
  usage: `SELECT attempt, peak_bytes AS peakBytes, cpu_ms AS cpuMs FROM usage WHERE job = ?`,

  // queues
  queues: `${counts} SELECT * FROM counts ORDER BY name`,
  changedQueues: `
    ${counts}, totals AS (
      SELECT id AS queue, queued, scheduled + queued + running + completed + failed + cancelled + removed AS enqueued
      FROM counts)
    SELECT totals.* FROM totals LEFT JOIN queue_samples AS last
      ON last.queue = totals.queue AND last.at = (SELECT max(at) FROM queue_samples WHERE queue = totals.queue)
    WHERE last.at IS NULL AND totals.enqueued > 0
      OR (last.at < :minuteStart OR last.at > :now) AND (last.queued, last.enqueued) <> (totals.queued, totals.enqueued)`,
  pausedQueues: `SELECT name, paused_at AS pausedAt FROM queues WHERE paused_at IS NOT NULL ORDER BY name`,
  backlogsOf: `
    SELECT backlogs.queue AS queue, backlogs.task AS task
    FROM backlogs CROSS JOIN queues ON queues.id = backlogs.queue CROSS JOIN tasks ON tasks.id = backlogs.task
    WHERE (:queue IS NULL OR queues.name = :queue) AND (:task IS NULL OR tasks.name = :task)`,
  tasksReady: `SELECT task FROM backlogs WHERE queue = ?`,
  nextRank: `SELECT rank FROM ready WHERE queue = ? AND task = ? AND rank > ? ORDER BY rank LIMIT 1`,
  firstSince: `
    SELECT min(since) AS since FROM (
      SELECT since FROM ready WHERE queue = ? AND task = ? AND rank = ? ORDER BY job LIMIT ?)`,
  reservedSince: `SELECT queue, min(since) AS since FROM reserved GROUP BY queue`,
  countAhead: `
    SELECT count(*) AS count FROM (
      SELECT 1 FROM ready WHERE queue = ? AND task = ? AND (rank, job) < (?, ?) LIMIT ?)`,
  queuedByTask: `
    SELECT tasks.name AS task, sum(backlogs.ready) AS count
    FROM backlogs CROSS JOIN tasks ON tasks.id = backlogs.task CROSS JOIN queues ON queues.id = backlogs.queue
    WHERE queues.paused_at IS NULL AND ${isNamed('queues.name', ':queues')} GROUP BY tasks.name ORDER BY tasks.name`,
  // A job that waits for a retry is scheduled and has been claimed before; one that is only delayed has not.
  anyUnfinished: `
    SELECT 1 WHERE
      EXISTS (SELECT 1 FROM running WHERE ${onTheseQueues})
      OR EXISTS (SELECT 1 FROM reserved WHERE ${onTheseQueues})
      OR EXISTS (SELECT 1 FROM backlogs WHERE ${onTheseQueues} AND ${ofTheseTasks})
      OR EXISTS (
        SELECT 1 FROM scheduled CROSS JOIN jobs ON jobs.id = scheduled.job CROSS JOIN kinds ON kinds.id = jobs.kind
        WHERE scheduled.attempt > 0 AND ${onTheseQueues} AND NOT coalesce(${isNotification}, 0)
          AND (${ofTheseTasks} OR scheduled.reserved_for IS NOT NULL))`,

  // statistics
  statistics: `
    SELECT tasks.name AS task, queues.name AS queue, sum(statistics.completed) AS completed,
      sum(error) AS error, sum(timeout) AS timeout, sum(lost) AS lost, sum(expired) AS expired, sum(retried) AS retried,
      sum(duration_ms) AS durationMs
    FROM statistics CROSS JOIN tasks ON tasks.id = statistics.task CROSS JOIN queues ON queues.id = statistics.queue
    WHERE minute BETWEEN ? AND ? GROUP BY statistics.queue, statistics.task ORDER BY queues.name, tasks.name`,
  minutes: `
    SELECT minute, tasks.name AS task, sum(completed) AS completed, sum(error + timeout + lost + expired) AS failed,
      sum(retried) AS retried, sum(duration_ms) AS durationMs,
      (SELECT coalesce(sum(count), 0) FROM durations
       WHERE durations.minute = statistics.minute AND durations.task = statistics.task) AS ran
    FROM statistics CROSS JOIN tasks ON tasks.id = statistics.task
    WHERE minute >= ? GROUP BY minute, statistics.task ORDER BY minute, tasks.name`,
  durations: `
    SELECT tasks.name AS task, queues.name AS queue, bucket, sum(count) AS count
    FROM durations CROSS JOIN tasks ON tasks.id = durations.task CROSS JOIN queues ON queues.id = durations.queue
    WHERE minute BETWEEN ? AND ? GROUP BY durations.queue, durations.task, bucket
    ORDER BY queues.name, tasks.name, bucket`,
  failureGroups: `
    SELECT failures.id AS id, tasks.name AS task, error, first_at AS firstAt, last_at AS lastAt, sample
    FROM failures CROSS JOIN tasks ON tasks.id = failures.task
    WHERE last_at >= ? ORDER BY last_at DESC, failures.id LIMIT ?`,
  failuresWith: `
    SELECT failures.id AS id FROM failures CROSS JOIN tasks ON tasks.id = failures.task
    WHERE instr(error, :error) > 0 AND (:task IS NULL OR tasks.name = :task OR :task = '${shellTask}')`,
  failureMinutes: `SELECT minute, count FROM failure_minutes WHERE failure = ? AND minute >= ? ORDER BY minute`,
  queueSamples: `
    SELECT queues.name AS queue, at, queued, enqueued
    FROM queue_samples CROSS JOIN queues ON queues.id = queue_samples.queue
    WHERE at >= ? ORDER BY at, queues.name`,
}
