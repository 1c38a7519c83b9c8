import type { Context } from './context.js'
import { inParts, jobsAScript } from './parts.js'
import { type End, settleAs } from './settle.js'
import { Unanswered } from './unanswered.js'

/**
 * The ends of attempts. Those that fail are read before they are stored, for their notifications: what is asked for behind
 * them would overtake them. The engine asks again with the same list where no answer came: it must not hear then that the ends
 * are lost because they are written.
 */
export class Settles {
  readonly #context: Context
  readonly #unanswered: Unanswered<readonly End[]>
  readonly #pending = new Set<Promise<unknown>>()
  /** The parts of long lists, which must be the same ones when a list is asked for again. */
  readonly #parts = new WeakMap<readonly End[], readonly (readonly End[])[]>()

  constructor(context: Context) {
    this.#context = context
    this.#unanswered = new Unanswered(context.calls)
  }

  async settle(ends: readonly End[]): Promise<readonly ('settled' | 'lost')[]> {
    if (ends.length <= jobsAScript) return this.#settle(ends)
    const parts = this.#parts.get(ends) ?? inParts(ends)
    this.#parts.set(ends, parts)
    return (await Promise.all(parts.map((part) => this.#settle(part)))).flat()
  }

  async #settle(ends: readonly End[]): Promise<readonly ('settled' | 'lost')[]> {
    const call = this.#unanswered.ask(ends, (number) => settleAs(this.#context, number, ends))
    this.#pending.add(call)
    try {
      return await call
    } finally {
      this.#pending.delete(call)
    }
  }

  /** Does something when the ends that were asked for before are stored. */
  async after<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#pending.size > 0) await Promise.allSettled(this.#pending)
    return operation()
  }
}
