import type { Clock } from '../../domain/clock.js'
import type { EpochMs, WorkerId } from '../../domain/job.js'
import type { Backoff } from '../../domain/retry.js'
import { type LeaseTerm, leaseHolds } from '../leases.js'
import type { Claim, ClaimRequest } from '../store.js'
import type { Turns } from '../turns.js'
import type { Statement } from './prepare.js'
import { workerNumber } from './rows.js'
import type { ClaimedRow, RareValues, Statements } from './statements.js'

/** Whether the worker's lease holds now. */
export function holdsLease(statements: Statements, clock: Clock, worker: number): boolean {
  const term = statements.leaseTerm.get(worker) as LeaseTerm | undefined
  return term !== undefined && leaseHolds(term, clock)
}

/** Whether a claim might find something: asked first, so that idle workers leave the lock to those who write. */
export function isAnythingReady(statements: Statements, { worker, queues, tasks }: ClaimRequest): boolean {
  if (statements.isReserved.get(workerNumber(worker)) !== undefined) return true
  if (queues === null) {
    // Some 0.8 us as long as nothing is paused; to list the queues takes ten times as long.
    if (statements.isReady.get({ tasks: namesText(tasks) }) === undefined) return false
    return statements.isAnyPaused.get() === undefined || statements.readyQueues.all().length > 0
  }
  if (queues.shares.length === 0) return false
  const ready = statements.readyQueues.all() as readonly { readonly queue: string }[]
  return ready.some(({ queue }) => queues.shares.some(({ name }) => name === queue))
}

export function claimJobs(statements: Statements, clock: Clock, turns: Turns, request: ClaimRequest): readonly Claim[] {
  const worker = workerNumber(request.worker)
  if (request.limit <= 0 || !holdsLease(statements, clock, worker)) return []
  const now = clock.now()
  const tasks = namesText(request.tasks)
  const take = (find: Statement, which: object, limit: number) =>
    claimFound(statements, find, { ...which, now }, worker, limit)
  // Asked first: to look for the jobs themselves takes ten times as long.
  const hasReserved = statements.isReserved.get(worker) !== undefined
  const rows = hasReserved ? take(statements.readyReserved, { worker }, request.limit) : []
  const ready = request.queues?.shares.length === 0 ? [] : (statements.readyQueues.all() as { queue: string }[])
  const names = ready.map(({ queue }) => queue)
  const shared = turns.share(names, request.queues, request.limit - rows.length, (queue, limit) =>
    take(statements.readyInQueue, { queue, tasks }, limit),
  )
  return [...rows, ...shared].map((row) => claimOf(row, request.worker))
}

const texts = new WeakMap<readonly string[], string>()

/** Names as the statements take them. A worker hands over the same list with every claim. */
export function namesText(names: readonly string[] | undefined): string | null {
  if (names === undefined) return null
  const text = texts.get(names) ?? JSON.stringify(names)
  texts.set(names, text)
  return text
}

// So many of the largest jobs still fit in one text.
const maxAtOnce = 500
// What has expired is left to the sweep; a claim does not look for what is behind a million of them.
const maxSkipped = 1_000

/** Claims the first `limit` jobs of those that a statement finds. */
function claimFound(
  statements: Statements,
  find: Statement,
  which: { readonly now: EpochMs },
  worker: number,
  limit: number,
): ClaimedRow[] {
  const claimed: ClaimedRow[] = []
  let skipped = 0
  while (claimed.length < limit && skipped < maxSkipped) {
    const atOnce = Math.min(limit - claimed.length, maxAtOnce)
    const found = find.get({ ...which, limit: atOnce, skipped }) as { readonly looked: number; readonly jobs: string }
    const rows = JSON.parse(found.jobs) as ClaimedRow[]
    if (rows.length > 0) {
      statements.claim.run({ worker, now: which.now, ids: JSON.stringify(rows.map(([id]) => id)) })
      claimed.push(...rows)
    }
    skipped += found.looked - rows.length
    if (found.looked < atOnce) break
  }
  return claimed
}

const plain: RareValues = [0, 0, 0, 0, null, null, 0]

function claimOf(row: ClaimedRow, worker: WorkerId): Claim {
  const [number, task, argsJson, queue, attemptsBefore, maxRetries, timeoutMs, dueAt, rare] = row
  const [failures, losses, lossesAlone, suspect, backoff, slot, postponements] = rare ?? plain
  const id = `j${number}`
  const attempt = attemptsBefore + 1
  const job = {
    id,
    task,
    argsJson,
    queue,
    attempt,
    failures,
    losses,
    lossesAlone,
    postponements,
    suspect: suspect === 1,
    maxRetries,
    backoff: backoff === null ? null : (JSON.parse(backoff) as Backoff),
    timeoutMs,
    dueAt,
    slot,
  }
  return { job, lease: { job: id, attempt, worker, task, queue } }
}
