import type Database from 'better-sqlite3'
import { failureReasons } from '../../domain/job.js'
import { notifyTask } from '../../domain/notification.js'
import { shellTask } from '../../domain/shell-task.js'
import { reasonCodes } from './codes.js'
import { countedStates } from './counters.js'
import { isNotification } from './notification-keys.js'

const places = `
  WITH places (job, place) AS (
    SELECT job, 'scheduled' FROM scheduled UNION ALL SELECT job, 'ready' FROM ready
    UNION ALL SELECT job, 'reserved' FROM reserved UNION ALL SELECT job, 'running' FROM running
    UNION ALL SELECT job, 'ends' FROM ends)`

const ownRows = ['attempts', 'troubles', 'output', 'progress', 'usage', 'unique_keys', 'expiring']

function ofNoJob(table: string): string {
  return `SELECT DISTINCT '${table} has rows of j' || job || ', which is no job' FROM ${table}
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = ${table}.job)`
}

/** A row of a job in another table must repeat what the job and its kind say. */
function unlikeItsJob(table: string, differs: string): string {
  return `SELECT '${table} has j' || jobs.id || ' under another key than its own'
    FROM ${table} CROSS JOIN jobs ON jobs.id = ${table}.job CROSS JOIN kinds ON kinds.id = jobs.kind WHERE ${differs}`
}

const counted = `
  WITH counted AS (
    SELECT queues.id AS queue,
      (SELECT count(*) FROM scheduled JOIN jobs ON jobs.id = scheduled.job WHERE jobs.queue = queues.id) AS scheduled,
      coalesce(sum(ended.jobs) FILTER (WHERE state = 3), 0) AS completed,
      coalesce(sum(ended.jobs) FILTER (WHERE state = 4), 0) AS failed,
      coalesce(sum(ended.jobs) FILTER (WHERE state = 5), 0) AS cancelled
    FROM queues LEFT JOIN (SELECT queue, state, count(*) AS jobs FROM ends GROUP BY queue, state) AS ended
      ON ended.queue = queues.id
    GROUP BY queues.id)`

function wronglyCounted(state: string): string {
  return `${counted}
    SELECT 'queue ' || queues.name || ' is counted to have ' || queues.${state} || ' jobs ${state}, and has ' || counted.${state}
    FROM counted JOIN queues ON queues.id = counted.queue WHERE queues.${state} <> counted.${state}`
}

// As long as nothing was ever removed or retried by hand, what was counted since the first job is what is there.
const isWhole = '(SELECT job FROM highest_removed) = 0 AND NOT EXISTS (SELECT 1 FROM troubles WHERE retried > 0)'

/** `rows`: task, queue and how many of what was counted are there. */
function wrongStatistics(column: string, rows: string): string {
  return `
    WITH found (task, queue, count) AS (${rows})
    SELECT 'statistics have ' || coalesce(counts.${column}, 0) || ' ${column} of task ' || task || ' on queue ' || queue
      || ', and there are ' || coalesce(found.count, 0)
    FROM found FULL JOIN (SELECT * FROM statistics WHERE minute = -1) AS counts USING (task, queue)
    WHERE coalesce(found.count, 0) > coalesce(counts.${column}, 0)
      OR ${isWhole} AND coalesce(found.count, 0) <> coalesce(counts.${column}, 0)`
}

// Of a notification the built-in task is counted, and of a command that a schedule made the schedule's name.
const countedTask = (task: string) => `
  coalesce((SELECT id FROM tasks WHERE name = '${notifyTask}' AND ${isNotification}),
    (SELECT tasks.id FROM tasks CROSS JOIN tasks AS shell ON shell.id = ${task}
    WHERE tasks.name = jobs.schedule AND shell.name = '${shellTask}'), ${task})`

const endsWhere = (which: string) => `
  SELECT ${countedTask('ends.task')} AS counted, ends.queue, count(*) FROM ends JOIN jobs ON jobs.id = ends.job
  WHERE ${which} GROUP BY counted, ends.queue`

/** Each finds what must not be, as one sentence a row. */
const checks: readonly string[] = [
  `${places} SELECT 'j' || jobs.id || ' is in ' || count(place) || ' places: ' || coalesce(group_concat(place, ', '), 'none')
    FROM jobs LEFT JOIN places ON places.job = jobs.id GROUP BY jobs.id HAVING count(place) <> 1`,
  `${places} SELECT place || ' has j' || job || ', which is no job' FROM places
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = places.job)`,
  ...ownRows.map(ofNoJob),
  `SELECT 'j' || jobs.id || ' is of a queue, kind or task without a name' FROM jobs
    LEFT JOIN queues ON queues.id = jobs.queue LEFT JOIN kinds ON kinds.id = jobs.kind LEFT JOIN tasks ON tasks.id = kinds.task
    WHERE queues.id IS NULL OR kinds.id IS NULL OR tasks.id IS NULL`,
  unlikeItsJob(
    'ready',
    `ready.queue <> jobs.queue OR ready.task <> kinds.task OR ready.rank <> -jobs.priority OR jobs.reserved_for IS NOT NULL`,
  ),
  unlikeItsJob(
    'reserved',
    `reserved.worker IS NOT jobs.reserved_for OR reserved.rank <> -jobs.priority OR reserved.queue <> jobs.queue`,
  ),
  unlikeItsJob('scheduled', 'scheduled.reserved_for IS NOT jobs.reserved_for'),
  unlikeItsJob('running', 'running.queue <> jobs.queue'),
  unlikeItsJob('ends', 'ends.queue <> jobs.queue OR ends.task <> kinds.task'),
  unlikeItsJob('unique_keys', 'unique_keys.name IS NOT jobs.unique_key'),
  `SELECT 'a token stands for j' || job || ', and there was no such job yet' FROM tokens
    WHERE job > coalesce((SELECT max(id) FROM jobs), 0) AND job > (SELECT job FROM highest_removed)`,
  `SELECT 'j' || job || ' runs on w' || worker || ', which is no worker' FROM running
    WHERE worker NOT IN (SELECT id FROM workers)`,
  `SELECT 'j' || job || ' waits for w' || worker || ', which is no worker' FROM reserved
    WHERE worker NOT IN (SELECT id FROM workers)`,
  `SELECT 'j' || job_rows.id || ' has attempt ' || attempts.attempt || ' of ' || job_rows.attempt
    FROM attempts JOIN job_rows ON job_rows.id = attempts.job WHERE attempts.attempt > job_rows.attempt`,
  `SELECT 'j' || id || ' would not expire' FROM job_rows
    WHERE expires_at IS NOT NULL AND (state = 'queued' OR state = 'scheduled')
      AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.job = job_rows.id)
      AND NOT EXISTS (SELECT 1 FROM expiring WHERE expiring.expires_at = job_rows.expires_at AND expiring.job = job_rows.id)`,
  ...countedStates.map(wronglyCounted),
  `WITH found (queue, task, ready) AS (SELECT queue, task, count(*) FROM ready GROUP BY queue, task)
    SELECT 'task ' || task || ' is counted to have ' || coalesce(backlogs.ready, 0) || ' ready jobs on queue ' || queue
      || ', and has ' || coalesce(found.ready, 0)
    FROM found FULL JOIN backlogs USING (queue, task) WHERE found.ready IS NOT backlogs.ready`,
  wrongStatistics('completed', endsWhere('state = 3')),
  ...failureReasons.map((reason) =>
    wrongStatistics(reason, endsWhere(`state = 4 AND reason = ${reasonCodes[reason]}`)),
  ),
  wrongStatistics(
    'retried',
    `SELECT ${countedTask('kinds.task')} AS counted, jobs.queue, count(*) FROM attempts JOIN jobs ON jobs.id = attempts.job
      JOIN kinds ON kinds.id = jobs.kind WHERE attempts.reason IS NOT NULL AND job_state IS NULL
      GROUP BY counted, jobs.queue`,
  ),
  `SELECT 'j' || job || ' has failed in no group of its task' FROM ends
    WHERE state = 4 AND NOT EXISTS (SELECT 1 FROM failures WHERE failures.id = ends.failure
      AND (failures.task = ends.task OR ends.task = (SELECT id FROM tasks WHERE name = '${shellTask}')))`,
  `SELECT DISTINCT 'there are minutes of failure ' || failure || ', which is none' FROM failure_minutes
    WHERE failure NOT IN (SELECT id FROM failures)`,
  `SELECT 'slot ' || slots.slot || ' of ' || slots.schedule || ' is ' || iif(open, 'open', 'not open') || ' and j' || slots.job || ' has ' ||
      iif(ends.job IS NULL, 'not ended', 'ended')
    FROM slots JOIN jobs ON jobs.id = slots.job LEFT JOIN ends ON ends.job = jobs.id
    WHERE slots.open <> (ends.job IS NULL)`,
  `SELECT 'slot ' || slot || ' of ' || schedule || ' is open, and j' || job || ' is no job' FROM slots
    WHERE open = 1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = slots.job)`,
  `SELECT 'there are counted to be ' || scheduling.slots || ' slots, and there are ' || count(*) FROM slots, scheduling
    HAVING count(*) <> scheduling.slots`,
]

// Of one kind: more do not help.
const most = 10

/**
 * What in a store contradicts itself, in sentences; nothing in one that is well. It reads everything, and only one that nobody
 * writes to meanwhile, or all of it in one transaction, is of one moment.
 */
export function findInconsistencies(db: Database.Database): readonly string[] {
  return db.transaction(() =>
    checks.flatMap((check) => db.prepare(`SELECT * FROM (${check}) LIMIT ${most}`).pluck().all() as string[]),
  )()
}
