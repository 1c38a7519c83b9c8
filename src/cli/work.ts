import { systemClock } from '../engine/clock.js'
import type { RunnerSettings } from '../engine/runner.js'
import { Worker } from '../engine/worker.js'
import type { Store } from '../stores/store.js'
import { type Context, withStore } from './context.js'
import { exitCodes } from './exit-codes.js'
import { reportWorker, say } from './run/reporter.js'
import { withTasks } from './run/session.js'
import { fired, takeSignals } from './signals.js'

export interface WorkSettings extends RunnerSettings {
  readonly graceMs: number
  readonly burst: boolean
}

/** Runs a worker until a signal, or with `burst` until nothing is left to do. Resolves to the exit code. */
export function work(context: Context, settings: WorkSettings): Promise<number> {
  return withTasks(context, (pool, { tasks }) =>
    withStore(context, async (store) => {
      const interruption = takeSignals()
      const worker = await Worker.register(store, pool, systemClock, settings)
      reportWorker(worker.events, context.redact)
      worker.start()
      const queues = settings.queues === null ? 'all queues' : settings.queues.join(', ')
      say(
        `worker ${worker.id} is ready: ${plural(tasks.length, 'task')}, ${plural(settings.concurrency, 'job')} at a time, ${queues}`,
      )
      const done = [fired(interruption.first), worker.broken]
      if (settings.burst) done.push(nothingLeft(store, worker, settings, interruption.first))
      try {
        await Promise.race(done)
        if (interruption.first.aborted) say(stopping(worker))
        await Promise.race([worker.stop(settings.graceMs), fired(interruption.second)])
      } finally {
        // After a stop that came to its end this changes nothing.
        await worker.abandon()
        interruption.release()
      }
      return interruption.second.aborted ? interruption.exitCode : exitCodes.done
    }),
  )
}

function stopping(worker: Worker): string {
  const { running } = worker.runner
  if (running === 0) return `worker ${worker.id} stops`
  return `worker ${worker.id} stops: ${plural(running, 'running job')} may finish; a second signal ends it at once`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Resolves when nothing is queued, running or waiting for a retry: looked at again whenever something was written. */
async function nothingLeft(store: Store, worker: Worker, settings: WorkSettings, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (worker.runner.busy || (await store.unfinished(settings.queues)))) {
    await store.waitForWork({ timeoutMs: 500, signal })
  }
}
