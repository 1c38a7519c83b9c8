import { lives } from '../../domain/explain/facts.js'
import { systemClock } from '../../engine/clock.js'
import type { WorkerInfo } from '../../stores/store.js'
import type { Upgrade } from '../../stores/store-file.js'
import { seenWorkers } from '../../views/worker.js'
import type { Context } from '../context.js'
import { pathOf, storeFileOf } from './store-file.js'
import { workersAlive } from './workers-alive.js'

/**
 * Brings the schema of the store up to date, and runs nothing. Throws OffstageError `E_WORKERS_ALIVE`, and changes nothing,
 * while workers of an older version are alive, unless `force` says to end their leases.
 */
export async function upgradeStore(context: Context, force: boolean): Promise<Pick<Upgrade, 'from' | 'to'>> {
  const file = await storeFileOf(context, 'store upgrade')
  const { from, to, blockedBy } = await file.upgrade((workers) => (force ? [] : living(workers)))
  if (blockedBy.length === 0) return { from, to }
  const hint = 'stop these processes and try again; --force ends their leases instead, and their jobs run again'
  throw workersAlive(`store ${pathOf(context)} cannot be brought up to date`, blockedBy, hint)
}

function living(workers: readonly WorkerInfo[]): readonly WorkerInfo[] {
  return seenWorkers(workers, systemClock.now())
    .filter(lives)
    .map(({ worker }) => worker)
}
