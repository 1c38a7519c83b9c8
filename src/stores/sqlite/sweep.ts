import type { Clock } from '../../domain/clock.js'
import type { JobId, WorkerId } from '../../domain/job.js'
import { afterWorkerLoss, type Outcome } from '../../domain/outcome.js'
import { lostWorkerError } from '../losses.js'
import type { LostWorker, SweepResult } from '../store.js'
import { buryExpired } from './expiry.js'
import { nextDueAt, promoteDue } from './promotion.js'
import { endReservations } from './reservations.js'
import { type JobRow, jobOfRow, leaseIsOver, leaseOfRow, type WorkerRow, workerNumber } from './rows.js'
import { settle } from './settle.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Whether a sweep would change anything: asked first, so that an idle store is only read. */
export function sweepIsDue({ statements, clock }: Writing, dead: readonly WorkerId[]): boolean {
  const now = clock.now()
  return (
    dead.length > 0 ||
    statements.anyDue.get(now) !== undefined ||
    statements.anyExpired.get(now) !== undefined ||
    overdueWorkers(statements, clock).length > 0
  )
}

export function sweep(
  writing: Writing,
  request: { readonly limit: number; readonly dead: readonly WorkerId[] },
): SweepResult {
  const { statements, clock } = writing
  const now = clock.now()
  const { limit } = request
  // Before the promotion: what has expired is not queued first.
  let buried = buryExpired(writing, now, limit)
  const promoted = promoteDue(writing, now, limit)
  let reclaimed = 0
  let isPartial = promoted === limit || buried === limit
  const lostWorkers: LostWorker[] = []
  for (const worker of new Set([...request.dead.map(workerNumber), ...overdueWorkers(statements, clock)])) {
    const lost = reclaim(writing, worker, limit)
    reclaimed += lost.reclaimed
    buried += lost.buried
    isPartial ||= lost.isPartial
    // Another sweep may have been faster.
    if (lost.wasThere) lostWorkers.push({ worker: `w${worker}`, jobs: lost.jobs })
  }
  return { promoted, reclaimed, buried, lostWorkers, isPartial, nextDueAt: nextDueAt(statements) }
}

function overdueWorkers(statements: Statements, clock: Clock): number[] {
  return (statements.workers.all() as WorkerRow[]).filter((row) => leaseIsOver(row, clock)).map((row) => row.id)
}

/** Takes the jobs of a dead worker back; the worker itself goes once it holds none. */
function reclaim(writing: Writing, worker: number, limit: number) {
  const { statements, clock } = writing
  const rows = statements.heldBy.all(worker, limit) as JobRow[]
  let reclaimed = 0
  let buried = 0
  for (const row of rows) {
    const outcome = outcomeOfLostWorker(row, clock)
    settle(writing, leaseOfRow(row, worker), outcome)
    if (outcome.kind === 'failed') buried++
    else reclaimed++
  }
  const reserved = endReservations(writing, worker, limit)
  const isPartial = rows.length === limit || reserved.count === limit
  const isRemoved = !isPartial && statements.deleteWorker.run(worker).changes > 0
  const jobs = rows.map((row): JobId => `j${row.id}`)
  return { reclaimed, buried: buried + reserved.buried, isPartial, jobs, wasThere: isRemoved || rows.length > 0 }
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
