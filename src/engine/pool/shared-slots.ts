import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { StartHost } from '../hosts/task-host.js'
import { sharesBeside, sum } from './fair-share.js'
import type { ProcessSlot } from './process-slot.js'

/** The slots that any job may share. Each has a share of the concurrency. */
export class SharedSlots {
  readonly #startSlot: (start: StartHost) => ProcessSlot
  readonly #start: StartHost | null
  readonly #slots: ProcessSlot[] = []

  /** `start`: null if no host can be started. */
  constructor(start: StartHost | null, startSlot: (start: StartHost) => ProcessSlot) {
    this.#start = start
    this.#startSlot = startSlot
    this.grow(1)
  }

  get all(): readonly ProcessSlot[] {
    return this.#slots
  }

  /** Starts slots until there are `count`. */
  grow(count: number): void {
    const start = this.#start
    while (start !== null && this.#slots.length < count) this.#slots.push(this.#startSlot(start))
  }

  /** Starts a slot in place of `slot`. False if that is none of these. */
  replace(slot: ProcessSlot): boolean {
    const index = this.#slots.indexOf(slot)
    if (index < 0 || this.#start === null) return false
    this.#slots[index] = this.#startSlot(this.#start)
    return true
  }

  /** Whether a slot could run one more job at once, or has less than half of the jobs that it may have. */
  needsJobs(ahead: number, concurrency: number): boolean {
    return this.#open().some((slot) => {
      return slot.count < slot.share || slot.count <= quota(slot, ahead, concurrency) / 2
    })
  }

  /** How many jobs could be handed over, if `ahead` of them may wait in the processes. */
  room(ahead: number, concurrency: number): number {
    return sum(this.#open().map((slot) => Math.max(0, quota(slot, ahead, concurrency) - slot.count)))
  }

  /** Hands jobs over, each to the slot that is filled least. Returns those for which no slot is open. */
  handOver(attempts: readonly RunningAttempt[]): readonly RunningAttempt[] {
    const loads = this.#open().map((slot) => ({ slot, count: slot.count, added: [] as RunningAttempt[] }))
    if (loads.length === 0) return attempts
    for (const attempt of attempts) {
      const least = loads.reduce((a, b) => (b.count / b.slot.share < a.count / a.slot.share ? b : a))
      least.added.push(attempt)
      least.count++
    }
    for (const { slot, added } of loads) if (added.length > 0) slot.handOver(added)
    return []
  }

  /**
   * Shares out a concurrency. Returns how much of it is in use, or will be once the waiting jobs in the processes
   * start.
   */
  shareOut(concurrency: number): number {
    const uses = this.#slots.map(({ count, buffered, share }) => ({ count, running: count - buffered, share }))
    const shares = sharesBeside(concurrency, uses)
    this.#slots.forEach((slot, index) => {
      slot.share = shares[index] ?? 0
    })
    return sum(uses.map(({ running, count }, index) => Math.max(running, Math.min(count, shares[index] ?? 0))))
  }

  #open(): readonly ProcessSlot[] {
    return this.#slots.filter(({ isOpen }) => isOpen)
  }
}

/** How many jobs a slot may have: its share that runs, and its part of those that wait. */
function quota({ share }: ProcessSlot, ahead: number, concurrency: number): number {
  return share + Math.floor((ahead * share) / concurrency)
}
