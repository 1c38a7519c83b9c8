import { setFlagsFromString } from 'node:v8'
import { type Context, refuseMemory, withStore } from '../app/context.js'
import { type QueueShare, queueNames } from '../domain/queues.js'
import { systemClock } from '../engine/clock.js'
import type { RunnerSettings } from '../engine/runner.js'
import type { Service } from '../engine/services/service.js'
import { Worker } from '../engine/worker.js'
import type { Store } from '../stores/store.js'
import { exitCodes } from './exit-codes.js'
import { reloadOnChange } from './reload.js'
import { reportWorker } from './run/reporter.js'
import { say } from './say.js'
import { startScheduling } from './schedules/start.js'
import { bringInSchedules } from './schedules/sync.js'
import { type ProjectTasks, type Session, withTasks } from './session.js'
import { fired } from './signals.js'

export interface WorkSettings extends Omit<RunnerSettings, 'redact'> {
  readonly graceMs: number
  readonly burst: boolean
  /** Replaces the task processes when the code changes. */
  readonly watch: boolean
  /** Fires schedules too. */
  readonly scheduler: boolean
}

/** Runs a worker until a signal, or with `burst` until nothing is left to do. Resolves to the exit code. */
export function work(context: Context, settings: WorkSettings): Promise<number> {
  refuseMemory(context, 'workers start')
  // A signal that comes while the tasks load finds nothing to drain.
  return withTasks(context, (session) => withStore(context, (store) => workOn(store, session, context, settings)), 0)
}

async function workOn(store: Store, session: Session, context: Context, settings: WorkSettings): Promise<number> {
  const interruption = session.takeSignals()
  const paused = await pausedAmong(store, settings)
  const worker = await Worker.register(store, session.pool, systemClock, {
    ...settings,
    retention: context.retention,
    redact: context.redact,
    maxMemoryBytes: context.maxMemoryBytes,
  })
  reportWorker(worker.events, context.redact)
  keepYoungSpaceSmall()
  // What was compiled is kept in files: a fresh process does without the 25 MB of the compiler.
  if (session.catalog.hasCompiled) session.pool.replaceAll()
  worker.start()
  let scheduler: Service | null = null
  let unwatch = async () => {}
  try {
    // From here on whatever fails must end the worker too.
    say(`worker ${worker.id} is ready: ${described(session, settings)}`)
    if (settings.scheduler) {
      // A schema of the project's may take its time over the arguments of a schedule.
      const bringIn = bringInSchedules(context, session, store, interruption.first)
      await Promise.race([bringIn, fired(interruption.first)])
      bringIn.catch(() => {}) // after a signal nobody waits for it
      if (!interruption.first.aborted) {
        scheduler = await startScheduling(store, (name) => session.pool.task(name), worker.events)
      }
    }
    if (settings.watch) {
      const loaded = (next: ProjectTasks) =>
        settings.scheduler ? bringInSchedules(context, next, store, interruption.first) : undefined
      unwatch = await reloadOnChange(context, session.pool, loaded)
      say('watches the code for changes')
    }
    for (const name of paused) say(`${name} is paused; resume it: offstage queues resume ${name}`)
    const done = [fired(interruption.first), worker.broken]
    if (settings.burst) done.push(nothingLeft(store, worker, () => session.pool.known, settings, interruption.first))
    await Promise.race(done)
    if (interruption.first.aborted) say(stopping(worker))
    else if (settings.burst) await sayWhatIsLeft(store, session.pool.known, settings)
    await Promise.race([Promise.all([scheduler?.stop(), worker.stop(settings.graceMs)]), fired(interruption.second)])
  } finally {
    // After a stop that came to its end this changes nothing.
    await unwatch()
    await scheduler?.stop()
    await worker.abandon()
    interruption.release()
  }
  return interruption.second.aborted ? interruption.exitCode : exitCodes.done
}

/**
 * From now on the space for young objects does not grow, which V8 would let have 48 MB: those of a worker live for a batch of
 * jobs. It is no slower where it was measured. Whoever starts a worker cannot be asked to give Node a flag.
 */
function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Queues of this worker that give it nothing: it would only seem to have nothing to do. */
async function pausedAmong(store: Store, { queues }: WorkSettings): Promise<readonly string[]> {
  const names = queueNames(queues)
  const paused = (await store.pausedQueues()).map(({ name }) => name)
  return paused.filter((name) => names === null || names.includes(name))
}

function described({ catalog }: Session, { queues, concurrency }: WorkSettings): string {
  const which = queues === null ? 'all queues' : queues.shares.map(shown).join(queues.strict ? ', then ' : ', ')
  return `${plural(catalog.tasks.length, 'task')}, ${plural(concurrency, 'job')} at a time, ${which}`
}

function shown({ name, weight }: QueueShare): string {
  return weight === 1 ? name : `${name}:${weight}`
}

function stopping(worker: Worker): string {
  const { running } = worker.runner
  if (running === 0) return `worker ${worker.id} stops`
  return `worker ${worker.id} stops: ${plural(running, 'running job')} may finish; a second signal ends it at once`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A slot that waits becomes a job once the one before it has ended. */
async function isAnythingLeft(
  store: Store,
  known: readonly string[],
  { queues, scheduler }: WorkSettings,
): Promise<boolean> {
  if (await store.unfinished(queueNames(queues), known)) return true
  return scheduler && (await store.waitingSchedules()).length > 0
}

// Nobody reads more names than that.
const maxNamed = 10

/** Jobs of tasks that this worker does not know wait for one that does. */
async function sayWhatIsLeft(store: Store, known: readonly string[], { queues }: WorkSettings): Promise<void> {
  const left = (await store.queuedByTask(queueNames(queues))).filter(({ task }) => !known.includes(task))
  if (left.length === 0) return
  const count = left.reduce((sum, { count }) => sum + count, 0)
  const tasks = left.slice(0, maxNamed).map(({ task }) => task)
  const more = left.length > maxNamed ? `, and ${left.length - maxNamed} more` : ''
  say(`left ${plural(count, 'job')} of tasks that this worker does not know: ${tasks.join(', ')}${more}`)
}

/** Resolves when nothing is queued, running or waiting for a retry: looked at again whenever something was written. */
async function nothingLeft(
  store: Store,
  worker: Worker,
  known: () => readonly string[],
  settings: WorkSettings,
  signal: AbortSignal,
): Promise<void> {
  const changes = store.changes()
  for (;;) {
    if (signal.aborted) return
    if (!worker.runner.busy && !(await isAnythingLeft(store, known(), settings))) return
    await changes.next(500, signal)
  }
}
