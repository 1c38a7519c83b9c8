import type { Clock } from '../../domain/clock.js'
import type { WorkerId } from '../../domain/job.js'
import { afterWorkerLoss, type Outcome } from '../../domain/outcome.js'
import { Counting } from '../counting.js'
import { expiredError, lostWorkerError } from '../losses.js'
import type { SweepResult } from '../store.js'
import { endReservations } from './reservations.js'
import { type JobRow, jobOfRow, leaseIsOver, type WorkerRow, workerNumber } from './rows.js'
import { settle } from './settle.js'
import type { Statements } from './statements.js'
import { addStatistics } from './statistics.js'

/** Whether a sweep would change anything: asked first, so that an idle store is only read. */
export function sweepIsDue(statements: Statements, clock: Clock, dead: readonly WorkerId[]): boolean {
  const now = clock.now()
  return (
    dead.length > 0 ||
    statements.anyDue.get(now) !== undefined ||
    statements.anyExpired.get({ now }) !== undefined ||
    overdueWorkers(statements, clock).length > 0
  )
}

export function sweep(
  statements: Statements,
  clock: Clock,
  request: { readonly limit: number; readonly dead: readonly WorkerId[] },
): SweepResult {
  const now = clock.now()
  const { limit } = request
  // Before the promotion: what has expired is not queued first.
  const counting = new Counting()
  const expired = statements.buryExpired.all({ now, limit, error: JSON.stringify(expiredError) }) as CountedUnder[]
  for (const job of expired) counting.add(job, now, { count: 'failed', durationMs: null })
  const promoted = statements.promoteDue.run({ now, limit }).changes
  let reclaimed = 0
  let buried = expired.length
  for (const worker of new Set([...request.dead.map(workerNumber), ...overdueWorkers(statements, clock)])) {
    const lost = reclaim(statements, clock, worker, limit, counting)
    reclaimed += lost.reclaimed
    buried += lost.buried
  }
  addStatistics(statements, counting)
  return { promoted, reclaimed, buried, nextDueAt: nextDueAt(statements) }
}

interface CountedUnder {
  readonly task: string
  readonly queue: string
}

export function nextDueAt(statements: Statements): number | null {
  return (statements.nextDue.get() as { readonly dueAt: number | null }).dueAt
}

function overdueWorkers(statements: Statements, clock: Clock): number[] {
  return (statements.workers.all() as WorkerRow[]).filter((row) => leaseIsOver(row, clock)).map((row) => row.id)
}

/** Takes the jobs of a dead worker back; the worker itself goes once it holds none. */
function reclaim(statements: Statements, clock: Clock, worker: number, limit: number, counting: Counting) {
  const rows = statements.heldBy.all(worker, limit) as JobRow[]
  let reclaimed = 0
  let buried = 0
  for (const row of rows) {
    const outcome = outcomeOfLostWorker(row, clock)
    const job = jobOfRow(row)
    const { id, attempt, task, queue } = job
    settle(statements, clock, { job: id, attempt, worker: `w${worker}`, task, queue }, outcome, counting)
    if (outcome.kind === 'failed') buried++
    else reclaimed++
  }
  if (rows.length < limit) {
    buried += endReservations(statements, clock, worker, counting)
    statements.deleteWorker.run(worker)
  }
  return { reclaimed, buried }
}

function outcomeOfLostWorker(row: JobRow, clock: Clock): Outcome {
  const endedAt = clock.now()
  const startedAt = row.started_at ?? endedAt
  const job = jobOfRow(row)
  return afterWorkerLoss(job, {
    reason: 'lost',
    error: lostWorkerError(`w${row.worker}`, job.lostWithWorker),
    startedAt,
    endedAt,
    endedBy: 'lost',
  })
}
