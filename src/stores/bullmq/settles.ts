import type { Outcome } from '../../domain/outcome.js'
import type { Lease } from '../store.js'
import type { Context } from './context.js'
import { settle } from './settle.js'

/**
 * The ends of attempts. Those that fail are read before they are stored, for their notifications: what is asked for behind
 * them would overtake them.
 */
export class Settles {
  readonly #context: Context
  readonly #pending = new Set<Promise<unknown>>()

  constructor(context: Context) {
    this.#context = context
  }

  async settle(
    ends: readonly { readonly lease: Lease; readonly outcome: Outcome }[],
  ): Promise<readonly ('settled' | 'lost')[]> {
    const call = settle(this.#context, ends)
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
