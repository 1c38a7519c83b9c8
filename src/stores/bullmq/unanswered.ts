import { leaseMs } from '../store.js'
import type { Calls } from './calls.js'

interface OpenCall<K> {
  readonly key: K
  readonly call: number
  /** When it was asked for last, in milliseconds of the process. */
  readonly at: number
}

/**
 * Calls whose answers never came, by what they were for. Whoever asks for the same again gets the number of such a call, and
 * so its answer, if Redis has carried it out.
 */
export class Unanswered<K> {
  readonly #calls: Calls
  #open: readonly OpenCall<K>[] = []

  constructor(calls: Calls) {
    this.#calls = calls
  }

  async ask<T>(key: K, send: (call: number) => Promise<T>): Promise<T> {
    this.#dropOld()
    const call = this.#take(key)?.call ?? this.#calls.begin()
    this.#calls.hold(call)
    try {
      const answer = await send(call)
      this.#calls.end(call)
      return answer
    } catch (thrown) {
      this.#open = [...this.#open, { key, call, at: this.#calls.elapsedMs() }]
      // It may be that nobody asks again: the worker has ended, and the store serves others.
      this.#calls.leave(call, leaseMs)
      throw thrown
    }
  }

  // Whoever asks now asks alone: what is under way is not open.
  #take(key: K): OpenCall<K> | undefined {
    const taken = this.#open.find((open) => open.key === key)
    if (taken !== undefined) this.#open = this.#open.filter((open) => open !== taken)
    return taken
  }

  /** Those that nobody has asked for in a whole lease: a sweep has taken the jobs back, unless nobody could. */
  #dropOld(): void {
    const isOld = ({ at }: OpenCall<K>) => this.#calls.elapsedMs() - at >= leaseMs
    for (const { call } of this.#open.filter(isOld)) this.#calls.end(call)
    this.#open = this.#open.filter((open) => !isOld(open))
  }
}
