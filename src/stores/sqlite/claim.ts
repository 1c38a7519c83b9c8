import type { Clock } from '../../domain/clock.js'
import { type Claim, type ClaimRequest, leaseMs } from '../store.js'
import { type JobRow, jobOfRow, rowId } from './rows.js'
import type { Statements } from './statements.js'

/** Whether the worker's lease holds now. */
export function holdsLease(statements: Statements, clock: Clock, worker: number): boolean {
  const now = clock.monotonicMs()
  return statements.leaseHolder.get({ worker, bootId: clock.bootId, now, leaseMs }) !== undefined
}

export function claimJobs(statements: Statements, clock: Clock, request: ClaimRequest): readonly Claim[] {
  const worker = rowId(request.worker)
  if (request.limit <= 0 || !holdsLease(statements, clock, worker)) return []
  const now = clock.now()
  const rows = inOrder(statements.claimReserved.all({ worker, now, limit: request.limit }))
  const wanted = new Set(request.queues ?? undefined)
  const ready = statements.readyQueues.all() as readonly { readonly queue: string }[]
  const queues = ready.map((row) => row.queue).filter((queue) => request.queues === null || wanted.has(queue))
  while (queues.length > 0 && rows.length < request.limit) {
    // An even share each, until they are empty: a long queue must not starve the others.
    const limit = Math.ceil((request.limit - rows.length) / queues.length)
    const queue = queues.shift() as string
    const claimed = inOrder(statements.claimFromQueue.all({ worker, queue, now, limit }))
    rows.push(...claimed)
    if (claimed.length === limit) queues.push(queue)
  }
  return rows.map((row) => {
    const job = jobOfRow(row)
    return { job, lease: { job: job.id, attempt: job.attempt, worker: request.worker } }
  })
}

// RETURNING promises no order.
function inOrder(rows: readonly unknown[]): JobRow[] {
  return (rows as JobRow[]).sort((a, b) => b.priority - a.priority || a.id - b.id)
}
