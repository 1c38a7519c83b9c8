import { lives } from '../../domain/explain/facts.js'
import { systemClock } from '../../engine/clock.js'
import type { Compaction } from '../../stores/store-file.js'
import { seenWorkers } from '../../views/worker.js'
import { type Context, withReader } from '../context.js'
import { pathOf, storeFileOf } from './store-file.js'
import { workersAlive } from './workers-alive.js'

/**
 * Gives space of the store back to the disk. Nobody else can write meanwhile: throws OffstageError `E_WORKERS_ALIVE` while
 * workers are alive, unless `force` says to let them wait.
 */
export async function compactStore(context: Context, force: boolean): Promise<Compaction> {
  const file = await storeFileOf(context, 'store compact')
  if (!force) await refuseWorkers(context)
  return file.compact()
}

function refuseWorkers(context: Context): Promise<void> {
  return withReader(context, async (store) => {
    const alive = seenWorkers(await store.workers(), systemClock.now()).filter(lives)
    if (alive.length === 0) return
    const hint =
      'stop them first, such as by: offstage workers stop --all --wait; with --force they wait, or lose leases'
    const workers = alive.map(({ worker }) => worker)
    throw workersAlive(
      `store ${pathOf(context)} cannot be compacted, which nobody can write to meanwhile`,
      workers,
      hint,
    )
  })
}
