import { OffstageError } from '../../domain/errors.js'
import type { Job, JobId, NewJob } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import type { EngineEmitter } from '../../engine/events.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { Worker } from '../../engine/worker.js'
import type { Enqueued, Store } from '../../stores/store.js'
import type { Context } from '../context.js'
import { followJob } from '../jobs/follow-job.js'
import { fired, type StopSignals } from '../stop-signals.js'

/** Jobs that run here at a time, where there are many. */
export const manyAtOnce = 10

const onlyReserved = { shares: [], strict: false }

/** What happens while jobs run in the foreground. */
export type ForegroundEvent =
  /** The worker exists and has claimed nothing yet: its engine's events come from here. */
  | { readonly kind: 'registered'; readonly engine: EngineEmitter }
  /** The graceful signal came: these jobs run, and were asked to stop. */
  | { readonly kind: 'stopping'; readonly running: readonly JobId[] }

export type ForegroundListener = (event: ForegroundEvent) => void

/**
 * A worker for jobs that are reserved for it from their first moment. The graceful signal cancels what it runs, the
 * immediate one kills it.
 */
export class ForegroundWorker {
  readonly #store: Store
  readonly #worker: Worker
  readonly #signals: StopSignals
  readonly #listener: ForegroundListener
  readonly #ids: JobId[] = []
  readonly #failed: Promise<never>
  #fail: (reason: unknown) => void = () => {}

  private constructor(store: Store, worker: Worker, signals: StopSignals, listener: ForegroundListener) {
    this.#store = store
    this.#worker = worker
    this.#signals = signals
    this.#listener = listener
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failed.catch(() => {}) // it is handled where a job is awaited
  }

  static async start(
    store: Store,
    pool: TaskPool,
    concurrency: number,
    { redact, retention, maxMemoryBytes }: Context,
    signals: StopSignals,
    listener: ForegroundListener,
  ): Promise<ForegroundWorker> {
    const limits = { concurrency, processes: 1, maxMemoryBytes }
    const settings = { queues: onlyReserved, scheduler: false, retention, redact, ...limits }
    const worker = await Worker.register(store, pool, systemClock, settings)
    listener({ kind: 'registered', engine: worker.events })
    worker.start()
    const foreground = new ForegroundWorker(store, worker, signals, listener)
    worker.events.on('worker.evicted', () => foreground.#fail(evicted()))
    fired(signals.graceful)
      .then(() => foreground.#cancel())
      .catch(foreground.#fail)
    void fired(signals.immediate).then(() => pool.kill())
    return foreground
  }

  /** Stores jobs that only this worker may run. */
  async enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    const answers = await this.#store.enqueue(jobs.map((job) => ({ ...job, reservedFor: this.#worker.id })))
    for (const { id, answer } of answers) if (answer === 'created' || answer === 'replaced') this.#ids.push(id)
    // A signal that came before they were stored has not reached them.
    if (this.interrupted) await this.#cancel()
    return answers
  }

  /** Resolves to the job once it is final. Rejects if this process cannot see to that any more. */
  finished(id: JobId): Promise<Job> {
    const final = followJob(this.#store, id, new AbortController().signal)
    return Promise.race([final, this.#worker.broken, this.#failed])
  }

  end(): Promise<void> {
    return this.#worker.abandon()
  }

  /** Whether a signal is what ended the jobs. */
  get interrupted(): boolean {
    return this.#signals.graceful.aborted
  }

  async #cancel(): Promise<void> {
    const answers = await this.#store.cancel(this.#ids)
    const running = this.#ids.filter((_, index) => answers[index] === 'requested')
    if (running.length === 0) return
    // A task that ignores its signal has a grace, in which nothing else would be seen.
    this.#listener({ kind: 'stopping', running })
    for (const id of running) this.#worker.runner.cancel(id)
  }
}

function evicted(): OffstageError {
  return new OffstageError(
    'E_EVICTED',
    'this process stood still for so long that it lost its jobs: they went back to their queues',
    'start a worker to run them: offstage workers start',
  )
}
