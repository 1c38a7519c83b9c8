import { OffstageError } from '../../domain/errors.js'
import type { Job, JobId, NewJob } from '../../domain/job.js'
import { notifyTask } from '../../domain/notification.js'
import { systemClock } from '../../engine/clock.js'
import type { EngineEmitter } from '../../engine/events.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { Worker } from '../../engine/worker.js'
import type { Enqueued, JobFilter, Store } from '../../stores/store.js'
import type { Context } from '../context.js'
import { followJob } from '../jobs/follow-job.js'
import { fired, type StopSignals } from '../stop-signals.js'
import { enqueueInSpans } from './enqueue-in-spans.js'

/** Jobs that run here at a time, where there are many. */
export const manyAtOnce = 10

// One try takes ten seconds at most. What is left is any worker's.
const maxDeliveryMs = 15_000

// A worker keeps its results until there is room. Whoever waits for one here must learn that the store takes none.
const maxRefusedMs = 30_000
const maxRefusedWhenStoppingMs = 5_000
const onlyReserved = { shares: [], strict: false }

/** What happens while jobs run in the foreground. */
export type ForegroundEvent =
  /** The worker exists and has claimed nothing yet: its engine's events come from here. */
  | { readonly kind: 'registered'; readonly engine: EngineEmitter }
  /** The graceful signal came: these jobs run, and were asked to stop. */
  | { readonly kind: 'stopping'; readonly running: readonly JobId[] }
  /** The immediate signal came while jobs were stopping: what runs is killed. */
  | { readonly kind: 'stopping-now' }

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
  readonly #notifies: boolean
  readonly #ids: JobId[] = []
  readonly #failed: Promise<never>
  #fail: (reason: unknown) => void = () => {}
  /** Since when the store refuses an end, by the monotonic clock, and why; null: it does not. */
  #refused: { readonly since: number; readonly error: Error } | null = null
  #cancelLastTry = () => {}

  private constructor(
    store: Store,
    worker: Worker,
    notifies: boolean,
    signals: StopSignals,
    listener: ForegroundListener,
  ) {
    this.#store = store
    this.#notifies = notifies
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
    const foreground = new ForegroundWorker(store, worker, pool.known.includes(notifyTask), signals, listener)
    worker.events.on('worker.evicted', ({ isEmptied }) => foreground.#fail(isEmptied ? emptied() : evicted()))
    worker.events.on('ends.refused', ({ error }) => foreground.#noteRefusal(error))
    worker.events.on('attempt.settled', () => {
      foreground.#refused = null
    })
    fired(signals.graceful)
      .then(() => {
        foreground.#cancelLastTry = systemClock.after(maxRefusedWhenStoppingMs, () => foreground.#failIfRefused())
        return foreground.#cancel()
      })
      .catch(foreground.#fail)
    void fired(signals.immediate).then(() => {
      listener({ kind: 'stopping-now' })
      return pool.kill()
    })
    return foreground
  }

  /** Stores jobs that only this worker may run. */
  async enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    const reserved = jobs.map((job) => ({ ...job, reservedFor: this.#worker.id }))
    const answers = await enqueueInSpans(reserved, (some) => this.#store.enqueue(some))
    for (const { id, answer } of answers) if (answer === 'created' || answer === 'replaced') this.#ids.push(id)
    // A signal that came before they were stored has not reached them.
    if (this.interrupted) await this.#cancel()
    return answers
  }

  /** Resolves to the job once it is final. Rejects if this process cannot see to that any more. */
  finished(id: JobId): Promise<Job> {
    const final = followJob(this.#store, id, new AbortController().signal, () => this.#worker.runner.busy)
    return Promise.race([final, this.#worker.broken, this.#failed])
  }

  /** Ends it. Tells of the jobs that failed first, since no worker may be alive to do it. */
  async end(): Promise<void> {
    if (this.#notifies && !this.interrupted) await this.#deliverOnce().catch(() => {}) // others will deliver
    this.#cancelLastTry()
    await this.#worker.abandon()
  }

  /** Waits until each notification that only this worker may deliver has had a try, but not long. */
  async #deliverOnce(): Promise<void> {
    const changes = this.#store.changes()
    const over = AbortSignal.any([this.#signals.graceful, AbortSignal.timeout(maxDeliveryMs)])
    const filter: JobFilter = { task: notifyTask, states: ['queued', 'running'] }
    while (!over.aborted) {
      const { items } = await this.#store.jobs(filter, { limit: 100, after: null })
      if (!items.some(({ reservedFor }) => reservedFor === this.#worker.id)) return
      await changes.next(1_000, over)
    }
  }

  /** Whether a signal is what ended the jobs. */
  get interrupted(): boolean {
    return this.#signals.graceful.aborted
  }

  #noteRefusal(error: Error): void {
    const now = systemClock.monotonicMs()
    this.#refused = { since: this.#refused?.since ?? now, error }
    const mostMs = this.interrupted ? maxRefusedWhenStoppingMs : maxRefusedMs
    if (now - this.#refused.since > mostMs) this.#fail(error)
  }

  #failIfRefused(): void {
    if (this.#refused !== null) this.#fail(this.#refused.error)
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

function emptied(): OffstageError {
  return new OffstageError('E_EVICTED', 'somebody has emptied the store: its jobs are gone', 'run it again')
}

function evicted(): OffstageError {
  return new OffstageError(
    'E_EVICTED',
    'this process stood still for so long that it lost its jobs: they went back to their queues',
    'start a worker to run them: offstage workers start',
  )
}
