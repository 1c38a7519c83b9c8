import type { ProcessSlot } from './process-slot.js'

/** Slots that end. Until their processes are gone they must still be stored with the worker, and killed with it. */
export class EndingSlots {
  readonly #slots = new Map<ProcessSlot, Promise<void>>()

  get all(): Iterable<ProcessSlot> {
    return this.#slots.keys()
  }

  /** Ends a slot. */
  add(slot: ProcessSlot): void {
    this.#slots.set(
      slot,
      slot.end().finally(() => this.#slots.delete(slot)),
    )
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#slots.values())
  }
}
