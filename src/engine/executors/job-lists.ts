import type { JobId } from '../../domain/job.js'
import type { InFlight } from '../in-flight.js'
import type { JobKey } from '../protocol.js'

/**
 * The jobs of a lane in the order in which they were handed over: the first so many run, the others wait. What runs them
 * keeps the same two lists by the same rule, and may be a little ahead of these or behind.
 */
export class JobLists {
  readonly #running = new Map<JobId, InFlight>()
  readonly #waiting = new Map<JobId, InFlight>()
  /** Goes on where it was, past what was taken out before: to begin anew takes longer the more that is. */
  #front = this.#waiting.values()

  /** How many there are. */
  get count(): number {
    return this.#running.size + this.#waiting.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get running(): Iterable<InFlight> {
    return this.#running.values()
  }

  add(entry: InFlight): void {
    this.#waiting.set(entry.claim.job.id, entry)
  }

  /** The next that waits begins, if fewer than `share` run; null if none does. */
  next(share: number): InFlight | null {
    if (this.#running.size >= share || this.#waiting.size === 0) return null
    const entry = this.#first()
    this.#waiting.delete(entry.claim.job.id)
    this.#running.set(entry.claim.job.id, entry)
    return entry
  }

  /** The job of that attempt, running or waiting. */
  find({ id, attempt }: JobKey): InFlight | null {
    const entry = this.#running.get(id) ?? this.#waiting.get(id)
    return entry?.claim.lease.attempt === attempt ? entry : null
  }

  /** The same, and it leaves the lists. */
  take(key: JobKey): InFlight | null {
    const entry = this.find(key)
    if (entry === null) return null
    this.#running.delete(key.id)
    this.#waiting.delete(key.id)
    return entry
  }

  /** All leave the lists. */
  takeAll(): { readonly running: readonly InFlight[]; readonly waiting: readonly InFlight[] } {
    const all = { running: [...this.#running.values()], waiting: [...this.#waiting.values()] }
    this.#running.clear()
    this.#waiting.clear()
    return all
  }

  /** The one that waits longest; there must be one. */
  #first(): InFlight {
    const step = this.#front.next()
    if (!step.done) return step.value
    this.#front = this.#waiting.values()
    return this.#first()
  }
}
