import type { EpochMs } from '../../domain/job.js'

/** What is read again only when it is old, because it costs more than a look each second should. */
export class Aged<T> {
  readonly #maxAgeMs: number
  readonly #read: (now: EpochMs) => Promise<T>
  #kept: { readonly at: EpochMs; readonly value: T } | null = null

  constructor(maxAgeMs: number, read: (now: EpochMs) => Promise<T>) {
    this.#maxAgeMs = maxAgeMs
    this.#read = read
  }

  async get(now: EpochMs): Promise<T> {
    // A clock that was set back makes everything old.
    const ageMs = this.#kept === null ? Number.POSITIVE_INFINITY : Math.abs(now - this.#kept.at)
    if (this.#kept === null || ageMs >= this.#maxAgeMs) this.#kept = { at: now, value: await this.#read(now) }
    return this.#kept.value
  }

  /** The next look reads it anew. */
  forget(): void {
    this.#kept = null
  }
}
