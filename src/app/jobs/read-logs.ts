import { NotFoundError } from '../../domain/errors.js'
import type { JobId, OutputLine } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { jobAt } from './expired.js'
import { noJob } from './find-job.js'

const page = 1_000

export interface LogsRequest {
  readonly id: JobId
  /** null: the last one; while it is followed, each that begins. */
  readonly attempt: number | null
  readonly follow: boolean
}

/** What an attempt has printed. */
export type OutputEntry =
  | { readonly kind: 'line'; readonly line: OutputLine }
  /** So many lines were too many to be kept. */
  | { readonly kind: 'cut'; readonly lines: number }

export type LogEntry = OutputEntry | { readonly kind: 'attempt'; readonly attempt: number }

/**
 * Gives the output of a job, and with `follow` also its later output until it ends or the signal fires. Throws
 * NotFoundError.
 */
export async function* readLogs(store: Store, request: LogsRequest, signal: AbortSignal): AsyncGenerator<LogEntry> {
  const { id, follow } = request
  let reading: AttemptReader | null = null
  const changes = store.changes()
  for (;;) {
    const stored = await store.job(id)
    if (stored === null) throw noJob(id)
    const job = await jobAt(store, stored, systemClock.now())
    const attempt = request.attempt ?? (await lastAttempt(store, id))
    if (request.attempt !== null && request.attempt > job.attempt && !(follow && !isFinal(job.state))) {
      throw noAttempt(id, request.attempt, job.attempt)
    }
    if (attempt !== null && attempt !== reading?.attempt) {
      // The last lines of the attempt before.
      if (reading !== null) yield* reading.read()
      reading = new AttemptReader(store, id, attempt)
      yield { kind: 'attempt', attempt }
    }
    if (reading !== null) yield* reading.read()
    const hasEnded = isFinal(job.state) || (request.attempt !== null && job.attempt > request.attempt)
    if (!follow || hasEnded || signal.aborted) return
    await changes.next(1_000, signal)
  }
}

function noAttempt(id: JobId, attempt: number, of: number): NotFoundError {
  const hint = of === 0 ? 'it has not been started' : `its last attempt is ${of}`
  return new NotFoundError('E_NO_JOB', `${id} has no attempt ${attempt}`, hint)
}

async function lastAttempt(store: Store, id: JobId): Promise<number | null> {
  return (await store.attempts(id)).at(-1)?.attempt ?? null
}

/** Reads the lines of an attempt, each time from where the read before ended. */
export class AttemptReader {
  readonly attempt: number
  readonly #store: Store
  readonly #id: JobId
  #last = 0

  constructor(store: Store, id: JobId, attempt: number) {
    this.attempt = attempt
    this.#store = store
    this.#id = id
  }

  async *read(): AsyncGenerator<OutputEntry> {
    for (;;) {
      const lines = await this.#store.output(this.#id, this.attempt, { after: this.#last, limit: page })
      for (const line of lines) {
        const missing = line.line - this.#last - 1
        if (missing > 0) yield { kind: 'cut', lines: missing }
        this.#last = line.line
        yield { kind: 'line', line }
      }
      if (lines.length < page) return
    }
  }
}
