import type { Clock } from '../../domain/clock.js'
import type { WorkerId } from '../../domain/job.js'
import type { Backoff } from '../../domain/retry.js'
import { type LeaseTerm, leaseHolds } from '../leases.js'
import type { Claim, ClaimRequest } from '../store.js'
import type { Turns } from '../turns.js'
import { workerNumber } from './rows.js'
import type { ClaimedRow, Statements } from './statements.js'

/** Whether the worker's lease holds now. */
export function holdsLease(statements: Statements, clock: Clock, worker: number): boolean {
  const term = statements.leaseTerm.get(worker) as LeaseTerm | undefined
  return term !== undefined && leaseHolds(term, clock)
}

/** Whether a claim might find something: asked first, so that idle workers leave the lock to those who write. */
export function isAnythingReady(statements: Statements, { worker, queues }: ClaimRequest): boolean {
  if (statements.isReserved.get(workerNumber(worker)) !== undefined) return true
  if (queues === null) return statements.isReady.get() !== undefined
  if (queues.shares.length === 0) return false
  const ready = statements.readyQueues.all() as readonly { readonly queue: string }[]
  return ready.some(({ queue }) => queues.shares.some(({ name }) => name === queue))
}

export function claimJobs(statements: Statements, clock: Clock, turns: Turns, request: ClaimRequest): readonly Claim[] {
  const worker = workerNumber(request.worker)
  if (request.limit <= 0 || !holdsLease(statements, clock, worker)) return []
  const now = clock.now()
  // Asked first: an update that finds nothing takes ten times as long.
  const hasReserved = statements.isReserved.get(worker) !== undefined
  const rows = hasReserved ? inOrder(statements.claimReserved.all({ worker, now, limit: request.limit })) : []
  const ready = request.queues?.shares.length === 0 ? [] : (statements.readyQueues.all() as { queue: string }[])
  const names = ready.map(({ queue }) => queue)
  const shared = turns.share(names, request.queues, request.limit - rows.length, (queue, limit) =>
    inOrder(statements.claimFromQueue.all({ worker, queue, now, limit })),
  )
  return [...rows, ...shared].map((row) => claimOf(row, request.worker))
}

function claimOf(row: ClaimedRow, worker: WorkerId): Claim {
  const [number, task, argsJson, queue, attempt, , failures, losses, lossesAlone, suspect, maxRetries, backoff] = row
  const id = `j${number}`
  const job = {
    id,
    task,
    argsJson,
    queue,
    attempt,
    failures,
    losses,
    lossesAlone,
    suspect: suspect === 1,
    maxRetries,
    backoff: backoff === null ? null : (JSON.parse(backoff) as Backoff),
    timeoutMs: row[12],
  }
  return { job, lease: { job: id, attempt, worker, task, queue } }
}

// RETURNING promises no order.
function inOrder(rows: readonly unknown[]): ClaimedRow[] {
  return (rows as ClaimedRow[]).sort((a, b) => b[5] - a[5] || a[0] - b[0])
}
