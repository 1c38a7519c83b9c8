import type { JobId } from '../../domain/job.js'
import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { AttemptId } from '../ipc/messages.js'

/** The jobs of a lane, in the order in which they were handed over: those that run, as far as is known, and those that wait. */
export class SlotJobs {
  readonly #running = new Map<JobId, RunningAttempt>()
  readonly #waiting = new Map<JobId, RunningAttempt>()
  /** How many there are. */
  get count(): number {
    return this.#running.size + this.#waiting.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get running(): Iterable<RunningAttempt> {
    return this.#running.values()
  }

  /** The only job that runs; or the only one there is, which may have begun a moment ago. */
  get alone(): RunningAttempt | null {
    const [entry, another] = (this.#running.size > 0 ? this.#running : this.#waiting).values()
    return another === undefined ? (entry ?? null) : null
  }

  add(entry: RunningAttempt): void {
    this.#waiting.set(entry.claim.job.id, entry)
  }

  /** The job of that attempt no longer waits; null if it does not wait here. */
  begin({ id, attempt }: AttemptId): RunningAttempt | null {
    const entry = this.#waiting.get(id)
    if (entry?.claim.lease.attempt !== attempt) return null
    this.#waiting.delete(id)
    this.#running.set(id, entry)
    return entry
  }

  /** The job of that attempt, running or waiting. */
  find({ id, attempt }: AttemptId): RunningAttempt | null {
    const entry = this.#running.get(id) ?? this.#waiting.get(id)
    return entry?.claim.lease.attempt === attempt ? entry : null
  }

  /** The same, and it leaves the lists. */
  take(key: AttemptId): RunningAttempt | null {
    const entry = this.find(key)
    if (entry === null) return null
    this.#running.delete(key.id)
    this.#waiting.delete(key.id)
    return entry
  }

  /** All leave the lists. */
  takeAll(): { readonly running: readonly RunningAttempt[]; readonly waiting: readonly RunningAttempt[] } {
    const all = { running: [...this.#running.values()], waiting: [...this.#waiting.values()] }
    this.#running.clear()
    this.#waiting.clear()
    return all
  }
}
