import { UsageError } from '../../domain/errors.js'
import { lives } from '../../domain/explain/facts.js'
import { systemClock } from '../../engine/clock.js'
import { type MovableLocation, openStore, type StoreLocation, shownUrl } from '../../open.js'
import type { Store, WorkerInfo } from '../../stores/store.js'
import { seenWorkers } from '../../views/worker.js'
import { workersAlive } from './workers-alive.js'

/** Both stores of a move. */
export interface MoveEnds {
  readonly from: MovableLocation
  readonly to: MovableLocation
}

/** Throws UsageError if the one cannot be moved to the other. */
export function moveEnds(from: StoreLocation, to: StoreLocation): MoveEnds {
  if (from.kind === 'memory' || to.kind === 'memory') {
    throw new UsageError(
      'E_STORE_MEMORY',
      'store move: the store memory: ends with its process',
      'name two other stores',
    )
  }
  if (shownUrl(from) === shownUrl(to)) {
    throw new UsageError('E_MOVE', `${shownUrl(from)} cannot be moved to itself`, 'name an empty store with --to')
  }
  return { from, to }
}

/** How both are shown. */
export function namesOf({ from, to }: MoveEnds) {
  return { from: shownUrl(from), to: shownUrl(to) }
}

/** Throws OffstageError `E_WORKERS_ALIVE`. */
export function refuseLiving(location: MovableLocation, workers: readonly WorkerInfo[]): void {
  const living = seenWorkers(workers, systemClock.now()).filter(lives)
  if (living.length === 0) return
  throw workersAlive(
    `store ${shownUrl(location)} cannot be moved while anybody runs its jobs`,
    living.map(({ worker }) => worker),
    'stop them first, such as by: offstage workers stop --all --wait',
  )
}

/** What became of the jobs of workers that are dead. */
export interface GivenBack {
  /** How many were running, and are queued again. */
  readonly requeued: number
  /** How many of them cannot run again, and are failed: they read the stdin of a `run`. */
  readonly lost: number
}

/** Takes the jobs of dead workers back, as a backup does. */
export async function giveBack(location: MovableLocation, workers: readonly WorkerInfo[]): Promise<GivenBack> {
  if (workers.length === 0) return { requeued: 0, lost: 0 }
  const store = await openStore(location, systemClock)
  try {
    const before = await countsOf(store)
    for (const { id } of workers) await store.deregister(id)
    const after = await countsOf(store)
    const lost = after.failed - before.failed
    return { requeued: Math.max(0, before.running - lost - (after.cancelled - before.cancelled)), lost }
  } finally {
    await store.close()
  }
}

async function countsOf(store: Store) {
  const sums = { running: 0, failed: 0, cancelled: 0 }
  for (const { counts } of await store.queues()) {
    sums.running += counts.running
    sums.failed += counts.failed
    sums.cancelled += counts.cancelled
  }
  return sums
}
