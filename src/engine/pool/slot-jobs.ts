import type { JobId } from '../../domain/job.js'
import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { AttemptId } from '../ipc/messages.js'

/** The attempts in a slot in the order of their arrival: the running ones, as far as is known, and the waiting ones. */
export class SlotJobs {
  readonly #running = new Map<JobId, RunningAttempt>()
  readonly #waiting = new Map<JobId, RunningAttempt>()

  get count(): number {
    return this.#running.size + this.#waiting.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Those that run, and those that wait. */
  get all(): readonly RunningAttempt[] {
    return [...this.#running.values(), ...this.#waiting.values()]
  }

  get running(): Iterable<RunningAttempt> {
    return this.#running.values()
  }

  /** The only one that runs; or the only one there is, which may have started a moment ago. */
  get alone(): RunningAttempt | null {
    const [attempt, another] = (this.#running.size > 0 ? this.#running : this.#waiting).values()
    return another === undefined ? (attempt ?? null) : null
  }

  add(attempt: RunningAttempt): void {
    this.#waiting.set(attempt.claim.job.id, attempt)
  }

  /** It no longer waits; null if it does not wait here. */
  start({ id, attempt }: AttemptId): RunningAttempt | null {
    const found = this.#waiting.get(id)
    if (found?.claim.lease.attempt !== attempt) return null
    this.#waiting.delete(id)
    this.#running.set(id, found)
    return found
  }

  /** Running or waiting; null if it is not here. */
  find({ id, attempt }: AttemptId): RunningAttempt | null {
    const found = this.#running.get(id) ?? this.#waiting.get(id)
    return found?.claim.lease.attempt === attempt ? found : null
  }

  /** The same, and it leaves the slot. */
  take(id: AttemptId): RunningAttempt | null {
    const found = this.find(id)
    if (found === null) return null
    if (!this.#running.delete(id.id)) this.#waiting.delete(id.id)
    return found
  }

  /** All leave the slot. */
  takeAll(): { readonly running: readonly RunningAttempt[]; readonly waiting: readonly RunningAttempt[] } {
    const all = { running: [...this.#running.values()], waiting: [...this.#waiting.values()] }
    this.#running.clear()
    this.#waiting.clear()
    return all
  }
}
