import type { EpochMs, WorkerId } from '../../domain/job.js'
import { isNotificationKey } from '../../domain/notification.js'
import type { Claim, ClaimRequest } from '../store.js'
import type { Turns } from '../turns.js'
import { holdsLease } from './leases.js'
import type { Position, ReadyJobs, ReadyRow } from './ready-jobs.js'
import { workerNumber } from './rows.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** A queue that has something for a worker, and the tasks that it has it of. */
interface Line {
  readonly queue: number
  readonly tasks: number[]
}

/** Whether a claim might find something: asked first, so that idle workers leave the lock to those who write. */
export function isAnythingReady(writing: Writing, request: ClaimRequest): boolean {
  if (writing.statements.isReserved.get(workerNumber(request.worker)) !== undefined) return true
  // Outside of a transaction: of one that was rolled back nothing may be left, and what is read is committed.
  writing.names.begin()
  const { size } = linesOf(writing, request)
  writing.names.committed()
  return size > 0
}

export function claimJobs(writing: Writing, ready: ReadyJobs, turns: Turns, request: ClaimRequest): readonly Claim[] {
  const { statements, clock } = writing
  const worker = workerNumber(request.worker)
  if (request.limit <= 0 || !holdsLease(statements, clock, worker)) return []
  const now = clock.now()
  const reserved = takeReserved(writing, worker, request.limit, now)
  const lines = linesOf(writing, request)
  const names = [...lines.keys()].sort()
  const shared = turns.share(names, request.queues, request.limit - reserved.length, (name, limit) => {
    const line = lines.get(name)
    return line === undefined ? [] : takeReady(writing, ready, line, worker, limit, now)
  })
  return [...reserved, ...shared].map((row) => claimOf(writing, row, request.worker))
}

/** What is ready for this worker, by queue: by the counters alone, without a look at the jobs. */
function linesOf({ statements, names }: Writing, { queues, tasks }: ClaimRequest): ReadonlyMap<string, Line> {
  const lines = new Map<string, Line>()
  if (queues?.shares.length === 0) return lines
  const rows = statements.backlogs.all() as { readonly queue: number; readonly task: number }[]
  for (const { queue, task } of rows) {
    if (tasks !== undefined && !knows(tasks, names.taskName(task))) continue
    const name = names.queueName(queue)
    if (queues !== null && !queues.shares.some((share) => share.name === name)) continue
    const line = lines.get(name)
    if (line === undefined) lines.set(name, { queue, tasks: [task] })
    else line.tasks.push(task)
  }
  return lines
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

/** A worker hands over the same list with every claim. */
function knows(tasks: readonly string[], name: string): boolean {
  const set = sets.get(tasks) ?? new Set(tasks)
  sets.set(tasks, set)
  return set.has(name)
}

// What has expired is left to the sweep; a claim does not look for what is behind a million of them.
const maxSkipped = 1_000
const start: Position = [-1_000, 0]

/**
 * Takes the first `limit` jobs that may start of those that `look` finds after a position. `areFirst`: none that was found
 * before them is left out.
 */
function takeStartable(
  writing: Writing,
  limit: number,
  now: EpochMs,
  look: (after: Position, wanted: number) => readonly ReadyRow[],
  take: (rows: readonly ReadyRow[], areFirst: boolean) => void,
): readonly ReadyRow[] {
  const taken: ReadyRow[] = []
  let skipped = 0
  let position = start
  while (taken.length < limit && skipped < maxSkipped) {
    const wanted = limit - taken.length
    const rows = look(position, wanted)
    const startable = rows.every((row) => row[8] === null) ? rows : rows.filter((row) => mayStart(writing, row, now))
    skipped += rows.length - startable.length
    take(startable, skipped === 0)
    taken.push(...startable)
    const last = rows.at(-1)
    if (last === undefined || rows.length < wanted) break
    position = [last[1], last[0]]
  }
  return taken
}

/** What has expired is not started, even if no sweep has buried it yet; what has begun once does not expire. */
function mayStart({ statements }: Writing, row: ReadyRow, now: EpochMs): boolean {
  const [job, , attempt, , , , , , expiresAt] = row
  if (expiresAt === null || expiresAt > now) return true
  return attempt > 0 && statements.hasBegun.get(job) !== undefined
}

function takeReady(
  writing: Writing,
  ready: ReadyJobs,
  { queue, tasks }: Line,
  worker: number,
  limit: number,
  now: EpochMs,
): readonly ReadyRow[] {
  return takeStartable(
    writing,
    limit,
    now,
    (after, wanted) => ready.after(queue, tasks, after, wanted),
    (rows, areFirst) => {
      for (const [task, some] of byTask(writing, rows)) {
        const { statements, counters } = writing
        if (areFirst) takeFirst(statements, queue, task, some, worker, now)
        else for (const row of some) takeOne(statements, task, row, worker, now)
        counters.addReady(queue, task, -some.length)
      }
    },
  )
}

function byTask({ names }: Writing, rows: readonly ReadyRow[]): ReadonlyMap<number, readonly ReadyRow[]> {
  const tasks = new Map<number, ReadyRow[]>()
  for (const row of rows) {
    const { task } = names.kindOf(row[5])
    const some = tasks.get(task)
    if (some === undefined) tasks.set(task, [row])
    else some.push(row)
  }
  return tasks
}

/** Takes the first jobs of a task, as one range. */
function takeFirst(
  statements: Statements,
  queue: number,
  task: number,
  rows: readonly ReadyRow[],
  worker: number,
  now: EpochMs,
): void {
  const last = rows.at(-1)
  if (last === undefined) return
  const [job, rank] = last
  const { changes } = statements.startFirst.run(worker, now, queue, task, rank, job)
  statements.deleteFirst.run(queue, task, rank, job)
  if (changes !== rows.length) throw new Error(`${rows.length} jobs were found to be first, and ${changes} were taken`)
}

function takeOne(statements: Statements, task: number, row: ReadyRow, worker: number, now: EpochMs): void {
  const [job, rank, attempt, , queue] = row
  statements.startJob.run(job, attempt + 1, worker, queue, now)
  statements.deleteReady.run(queue, task, rank, job)
}

/** Those that this worker alone may take, paused queue or not: somebody's foreground runs. */
function takeReserved(writing: Writing, worker: number, limit: number, now: EpochMs): readonly ReadyRow[] {
  const { statements } = writing
  if (statements.isReserved.get(worker) === undefined) return []
  return takeStartable(
    writing,
    limit,
    now,
    ([rank, job], wanted) => statements.firstReserved.all(worker, rank, job, wanted) as ReadyRow[],
    (rows) => {
      for (const [job, rank, attempt, , queue] of rows) {
        statements.startJob.run(job, attempt + 1, worker, queue, now)
        statements.deleteReserved.run(worker, rank, job)
      }
    },
  )
}

interface Trouble {
  readonly failures: number
  readonly losses: number
  readonly lossesAlone: number
  readonly postponements: number
  readonly suspect: 0 | 1
}

const noTrouble: Trouble = { failures: 0, losses: 0, lossesAlone: 0, postponements: 0, suspect: 0 }

function claimOf({ statements, names }: Writing, row: ReadyRow, worker: WorkerId): Claim {
  // By index: a pattern makes an object for each column until V8 has optimized this.
  const number = row[0]
  const attemptsBefore = row[2]
  const kind = names.kindOf(row[5])
  const { maxRetries, timeoutMs, backoff } = kind
  const task = names.taskName(kind.task)
  const queue = names.queueName(row[4])
  // Most have none: only what was claimed before can have some.
  const found = attemptsBefore === 0 ? undefined : (statements.trouble.get(number) as Trouble | undefined)
  const { failures, losses, lossesAlone, postponements, suspect } = found ?? noTrouble
  const id = `j${number}`
  const attempt = attemptsBefore + 1
  const job = {
    id,
    task,
    argsJson: row[6],
    queue,
    attempt,
    failures,
    losses,
    lossesAlone,
    postponements,
    suspect: suspect === 1,
    maxRetries,
    backoff,
    timeoutMs,
    dueAt: row[3],
    trace: row[9],
    slot: row[7],
  }
  return { job, lease: { job: id, attempt, worker, task, queue, isNotification: isNotificationKey(row[10]) } }
}
