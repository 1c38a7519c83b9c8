import { queueNames } from '../../domain/queues.js'
import { shellTask } from '../../domain/shell-task.js'
import { systemClock } from '../../engine/clock.js'
import type { EngineEmitter } from '../../engine/events.js'
import type { TaskInfo } from '../../engine/ipc/messages.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import type { RunnerSettings } from '../../engine/runner.js'
import type { Service } from '../../engine/services/service.js'
import { shellTaskInfo } from '../../engine/shell-task.js'
import { Worker } from '../../engine/worker.js'
import type { Store } from '../../stores/store.js'
import type { Context } from '../context.js'
import type { ProjectTasks } from '../project-tasks.js'
import { type DeclareEvent, declareSchedules } from '../schedules/declare-schedules.js'
import { startScheduling } from '../schedules/run-scheduler.js'
import { fired, type StopSignals } from '../stop-signals.js'
import { type ReloadEvent, reloadOnChange } from './reload-tasks.js'
import { type JobsLeft, jobsLeft, nothingLeft } from './work-left.js'

export interface WorkSettings extends Omit<RunnerSettings, 'redact'> {
  readonly graceMs: number
  /** Ends when nothing is left to do. */
  readonly burst: boolean
  /** Replaces the task processes when the code changes. */
  readonly watch: boolean
  /** Fires schedules too. */
  readonly scheduler: boolean
  /** Runs the commands of a store on Redis, too: others may have written them. */
  readonly allowCommands: boolean
}

export type WorkerEvent =
  | DeclareEvent
  | ReloadEvent
  /** The worker exists and has claimed nothing yet: the events of its engine come from here. */
  | { readonly kind: 'registered'; readonly engine: EngineEmitter }
  | { readonly kind: 'ready'; readonly worker: string }
  | { readonly kind: 'watching' }
  /** A queue of this worker is paused: the worker would only seem to have nothing to do. */
  | { readonly kind: 'queue-paused'; readonly name: string }
  | { readonly kind: 'stopping'; readonly worker: string; readonly running: number }
  /** The immediate signal came while jobs were running. */
  | { readonly kind: 'stopping-now'; readonly running: number }
  /** At the end of a burst: jobs of tasks that this worker does not know. */
  | { readonly kind: 'jobs-left'; readonly left: JobsLeft }

/** Whoever can write to a Redis, such as a producer of BullMQ, could otherwise run any program on its workers. */
export function mayRunCommands(
  { location }: Pick<Context, 'location'>,
  { allowCommands }: Pick<WorkSettings, 'allowCommands'>,
): boolean {
  return location.kind !== 'redis' || allowCommands
}

/** A schedule of commands fires for other workers, if this one runs none. */
function infoOf(pool: TaskPool, name: string): TaskInfo | undefined {
  return name === shellTask ? shellTaskInfo : pool.task(name)
}

/**
 * Runs a worker, with a scheduler beside it, until a signal, or with `burst` until nothing is left to do. The graceful
 * signal lets running jobs finish, the immediate one ends them. With `watch` it also ends when its config has changed, and
 * then resolves to `config changed`: another one is to start with the new config.
 */
export async function runWorker(
  store: Store,
  tasks: ProjectTasks,
  context: Context,
  settings: WorkSettings,
  signals: StopSignals,
  listener: (event: WorkerEvent) => void,
): Promise<'ended' | 'config changed'> {
  const { pool, catalog } = tasks
  const paused = await pausedAmong(store, settings)
  const { retention, redact, maxMemoryBytes } = context
  const worker = await Worker.register(store, pool, systemClock, { ...settings, retention, redact, maxMemoryBytes })
  listener({ kind: 'registered', engine: worker.events })
  // Compiled modules are cached in files: a fresh process does not need the compiler's 25 MB.
  if (catalog.hasCompiled) pool.replaceAll()
  worker.start()
  let scheduling: Promise<Service | null> = Promise.resolve(null)
  // It may begin only after the signal: the store may be silent for seconds.
  const endScheduling = async () => (await scheduling.catch(() => null))?.stop()
  let unwatch = async () => {}
  const restart = new AbortController()
  const declare = async (declared: ProjectTasks, changed: Context, outdated: AbortSignal) => {
    const ended = AbortSignal.any([signals.graceful, outdated])
    if (settings.scheduler) await declareSchedules(changed, declared, store, systemClock.now(), listener, ended)
  }
  try {
    // From here on whatever fails must end the worker too.
    listener({ kind: 'ready', worker: worker.id })
    if (settings.scheduler) {
      // A schema of the project may check the arguments of a schedule slowly.
      const declaring = declareSchedules(context, tasks, store, systemClock.now(), listener, signals.graceful)
      await Promise.race([declaring, fired(signals.graceful)])
      declaring.catch(() => {}) // after a signal it no longer matters
      if (!signals.graceful.aborted) {
        scheduling = startScheduling(store, (name) => infoOf(pool, name), systemClock, worker.events)
        await Promise.race([scheduling, fired(signals.graceful)])
        scheduling.catch(() => {}) // after a signal it no longer matters
      }
    }
    if (settings.watch) {
      unwatch = await reloadOnChange(context, pool, declare, () => restart.abort(), listener)
      listener({ kind: 'watching' })
    }
    for (const name of paused) listener({ kind: 'queue-paused', name })
    const done = [fired(signals.graceful), fired(restart.signal), worker.broken]
    if (settings.burst) done.push(nothingLeft(store, worker.runner, () => pool.known, settings, signals.graceful))
    await Promise.race(done)
    if (signals.graceful.aborted || restart.signal.aborted)
      listener({ kind: 'stopping', worker: worker.id, running: worker.runner.running })
    else if (settings.burst) listener({ kind: 'jobs-left', left: await jobsLeft(store, pool.known, settings.queues) })
    void fired(signals.immediate).then(() => listener({ kind: 'stopping-now', running: worker.runner.running }))
    await Promise.race([Promise.all([endScheduling(), worker.stop(settings.graceMs)]), fired(signals.immediate)])
    return restart.signal.aborted && !signals.graceful.aborted ? 'config changed' : 'ended'
  } finally {
    // After a stop that came to its end this changes nothing.
    await unwatch()
    await endScheduling()
    await worker.abandon()
  }
}

async function pausedAmong(store: Store, { queues }: WorkSettings): Promise<readonly string[]> {
  const names = queueNames(queues)
  const paused = (await store.pausedQueues()).map(({ name }) => name)
  return paused.filter((name) => names === null || names.includes(name))
}
