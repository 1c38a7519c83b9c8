import type { Clock } from '../../domain/clock.js'
import { systemClock } from '../../engine/clock.js'
import { EngineEmitter } from '../../engine/events.js'
import type { Catalog } from '../../engine/ipc/messages.js'
import { type FindTask, Scheduler } from '../../engine/services/scheduler.js'
import { scheduling } from '../../engine/services/scheduling.js'
import type { Service } from '../../engine/services/service.js'
import type { Store } from '../../stores/store.js'
import { fired, type StopSignals } from '../stop-signals.js'

export type SchedulerEvent =
  /** Nothing was decided yet: the events of the scheduler come from here. */
  | { readonly kind: 'registered'; readonly engine: EngineEmitter }
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopping' }

/** Fires schedules until a signal; the jobs are for workers. Rejects if it cannot go on. */
export async function runScheduler(
  store: Store,
  catalog: Catalog,
  signals: StopSignals,
  listener: (event: SchedulerEvent) => void,
): Promise<void> {
  const engine = new EngineEmitter()
  const broken = new Promise<never>((_, reject) => {
    engine.on('service.failed', ({ error }) => reject(error))
  })
  listener({ kind: 'registered', engine })
  const starting = startScheduling(store, finderOf(catalog), systemClock, engine)
  // A store that is silent for seconds must not keep the signal from being heard.
  await Promise.race([starting, fired(signals.graceful)])
  if (!signals.graceful.aborted) listener({ kind: 'ready' })
  await Promise.race([fired(signals.graceful), broken])
  listener({ kind: 'stopping' })
  const stopped = starting.then(
    (service) => service.stop(),
    () => {}, // after a signal it no longer matters
  )
  await Promise.race([stopped, fired(signals.immediate)])
}

/** Starts a scheduler loop. Resolves once it has looked for the first time. */
export async function startScheduling(
  store: Store,
  find: FindTask,
  clock: Clock,
  engine: EngineEmitter,
): Promise<Service> {
  const scheduler = new Scheduler(store, clock, find, engine)
  await scheduler.runOnce()
  const service = scheduling(store, scheduler, clock, engine)
  service.start()
  return service
}

function finderOf({ tasks }: Catalog): FindTask {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  return (name) => byName.get(name)
}
