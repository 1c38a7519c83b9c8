import { NotFoundError } from '../../domain/errors.js'
import type { JobId, OutputLine } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { Store } from '../../stores/store.js'

const page = 1_000

export interface LogsRequest {
  readonly id: JobId
  /** null: the last one; while it is followed, each that begins. */
  readonly attempt: number | null
  readonly follow: boolean
}

export interface LogsListener {
  attempt(attempt: number): void
  line(line: OutputLine): void
  /** So many lines were too many to be kept. */
  cut(lines: number): void
}

/** Tells what a job has printed, and with `follow` what it prints until it ends or the signal fires. Throws NotFoundError. */
export async function tellLogs(
  store: Store,
  request: LogsRequest,
  listener: LogsListener,
  signal: AbortSignal,
): Promise<void> {
  const { id, follow } = request
  let reading: AttemptReader | null = null
  const changes = store.changes()
  for (;;) {
    const job = await store.job(id)
    if (job === null)
      throw new NotFoundError('E_NO_JOB', `no job ${id}`, 'see "offstage jobs list" for those there are')
    const attempt = request.attempt ?? (await lastAttempt(store, id))
    if (attempt !== null && attempt !== reading?.attempt) {
      // What the one before printed at its very end.
      await reading?.read()
      reading = new AttemptReader(store, id, attempt, listener)
      listener.attempt(attempt)
    }
    await reading?.read()
    const hasEnded = isFinal(job.state) || (request.attempt !== null && job.attempt > request.attempt)
    if (!follow || hasEnded || signal.aborted) return
    await changes.next(1_000, signal)
  }
}

async function lastAttempt(store: Store, id: JobId): Promise<number | null> {
  return (await store.attempts(id)).at(-1)?.attempt ?? null
}

/** Reads on from where it was. */
class AttemptReader {
  readonly attempt: number
  readonly #store: Store
  readonly #id: JobId
  readonly #listener: LogsListener
  #last = 0

  constructor(store: Store, id: JobId, attempt: number, listener: LogsListener) {
    this.attempt = attempt
    this.#store = store
    this.#id = id
    this.#listener = listener
  }

  async read(): Promise<void> {
    for (;;) {
      const lines = await this.#store.output(this.#id, this.attempt, { after: this.#last, limit: page })
      for (const line of lines) {
        if (line.line > this.#last + 1) this.#listener.cut(line.line - this.#last - 1)
        this.#last = line.line
        this.#listener.line(line)
      }
      if (lines.length < page) return
    }
  }
}
