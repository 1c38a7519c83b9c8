import { OffstageError } from '../../domain/errors.js'
import type { NewJob } from '../../domain/job.js'
import { setImmediate } from '../../real-timers.js'
import type { Enqueued } from '../store.js'
import type { Context } from './context.js'
import { enqueue } from './enqueue.js'

/**
 * One call stores about so many jobs and bytes: Redis does nothing else meanwhile, and of a hundred that are under way it works at
 * some while the answers of others are read. The jobs of one caller are never parted.
 */
const most = { jobs: 33, bytes: 1_000_000 }

/** Of jobs, before anything is stored. */
const refusals: readonly string[] = ['E_TOKEN_LATE', 'E_WORKER_GONE']

interface Waiting {
  readonly jobs: readonly NewJob[]
  resolve(answers: readonly Enqueued[]): void
  reject(reason: unknown): void
}

/** Stores the jobs that are enqueued in one turn of the event loop by one call: a hundred in flight share its cost. */
export class Enqueues {
  readonly #context: Context
  #waiting: Waiting[] = []

  constructor(context: Context) {
    this.#context = context
  }

  enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    if (jobs.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      this.#waiting.push({ jobs, resolve, reject })
      if (this.#waiting.length === 1) setImmediate(() => this.#send())
    })
  }

  #send(): void {
    const waiting = this.#waiting
    this.#waiting = []
    let call: Waiting[] = []
    let size = { jobs: 0, bytes: 0 }
    for (const one of waiting) {
      if (size.jobs + one.jobs.length > most.jobs || size.bytes > most.bytes) {
        void this.#sendTogether(call)
        call = []
        size = { jobs: 0, bytes: 0 }
      }
      call.push(one)
      size = { jobs: size.jobs + one.jobs.length, bytes: size.bytes + bytesOf(one.jobs) }
    }
    void this.#sendTogether(call)
  }

  async #sendTogether(call: readonly Waiting[]): Promise<void> {
    const [only, second] = call
    if (only === undefined) return
    if (second === undefined) return this.#sendAlone(only)
    try {
      const answers = await enqueue(
        this.#context,
        call.flatMap(({ jobs }) => jobs),
      )
      let from = 0
      for (const { jobs, resolve } of call) {
        resolve(answers.slice(from, from + jobs.length))
        from += jobs.length
      }
    } catch (thrown) {
      // A job that is refused, such as one that comes too late, must not take those of other callers with it.
      if (thrown instanceof OffstageError && refusals.includes(thrown.code))
        for (const one of call) await this.#sendAlone(one)
      else for (const { reject } of call) reject(thrown)
    }
  }

  async #sendAlone({ jobs, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await enqueue(this.#context, jobs))
    } catch (thrown) {
      reject(thrown)
    }
  }
}

function bytesOf(jobs: readonly NewJob[]): number {
  return jobs.reduce((sum, { argsJson }) => sum + argsJson.length, 0)
}
