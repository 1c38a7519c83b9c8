import type { Context } from '../../app/context.js'
import { followJob } from '../../app/jobs/follow-job.js'
import { OffstageError } from '../../domain/errors.js'
import type { Job, JobId, NewJob } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { Worker } from '../../engine/worker.js'
import type { Enqueued, Store } from '../../stores/store.js'
import { say } from '../say.js'
import { fired, type Interruption } from '../signals.js'
import { reportRun } from './reporter.js'

/** Jobs that run here at a time, where there are many. */
export const manyAtOnce = 10

const onlyReserved = { shares: [], strict: false }

/**
 * A worker of this command's own, for jobs that are reserved for it from their first moment. The first signal cancels
 * what it runs, the second one ends it at once.
 */
export class ForegroundRun {
  readonly #store: Store
  readonly #worker: Worker
  readonly #interruption: Interruption
  readonly #ids: JobId[] = []
  readonly #failed: Promise<never>
  #fail: (reason: unknown) => void = () => {}

  private constructor(store: Store, worker: Worker, interruption: Interruption) {
    this.#store = store
    this.#worker = worker
    this.#interruption = interruption
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failed.catch(() => {}) // whoever waits for a job hears it
  }

  static async begin(
    store: Store,
    pool: TaskPool,
    concurrency: number,
    { redact, retention, maxMemoryBytes }: Context,
    interruption: Interruption,
    showsOutput: boolean,
  ): Promise<ForegroundRun> {
    const settings = { queues: onlyReserved, concurrency, processes: 1, retention, redact, maxMemoryBytes }
    const worker = await Worker.register(store, pool, systemClock, settings)
    reportRun(worker.events, redact, showsOutput)
    worker.start()
    const run = new ForegroundRun(store, worker, interruption)
    worker.events.on('worker.evicted', () => run.#fail(evicted()))
    fired(interruption.first)
      .then(() => run.#cancel())
      .catch(run.#fail)
    void fired(interruption.second).then(() => pool.kill())
    return run
  }

  /** Stores jobs that only this command may run. */
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

  /** Whether the user's signal is what ended it. */
  get interrupted(): boolean {
    return this.#interruption.first.aborted
  }

  async #cancel(): Promise<void> {
    const answers = await this.#store.cancel(this.#ids)
    const running = this.#ids.filter((_, index) => answers[index] === 'requested')
    if (running.length === 0) return
    // A task that does not heed its signal has a grace, in which nothing else would be seen.
    const what = running.length === 1 ? `job ${running[0]}` : `${running.length} jobs`
    say(`stopping ${what}; a second signal ends at once`)
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
