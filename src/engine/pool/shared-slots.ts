import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { StartHost } from '../hosts/task-host.js'
import { sharesBeside, sum } from './fair-share.js'
import type { ProcessSlot } from './process-slot.js'

/**
 * The slots that any job may share. Each has a share of the concurrency, but for one that is new: until its process is
 * ready, the others keep the whole.
 */
export class SharedSlots {
  readonly #startSlot: (start: StartHost) => ProcessSlot
  readonly #start: StartHost | null
  readonly #slots: ProcessSlot[] = []
  #joining: ProcessSlot | null = null
  #isUneven = false

  /** `start`: null if no host can be started. */
  constructor(start: StartHost | null, startSlot: (start: StartHost) => ProcessSlot) {
    this.#start = start
    this.#startSlot = startSlot
    if (start !== null) this.#slots.push(startSlot(start))
  }

  /** Whether a slot has less than its even share, because others are to run more jobs than theirs. */
  get isUneven(): boolean {
    return this.#isUneven
  }

  get all(): readonly ProcessSlot[] {
    return this.#slots
  }

  /** Starts one more slot, unless there are `max`, or one has no job, or is not ready yet. */
  add(max: number): void {
    const isHelp = (slot: ProcessSlot) => !slot.ready || (slot.isOpen && slot.count === 0)
    if (this.#start === null || this.#slots.length >= max || this.#slots.some(isHelp)) return
    const slot = this.#tryStart(this.#start)
    if (slot === null) return
    this.#joining = slot
    slot.share = 0
    this.#slots.push(slot)
  }

  /** Whether a slot is new: it has no share yet. */
  isJoining(slot: ProcessSlot): boolean {
    return slot === this.#joining
  }

  /** The new slot gets its share from now on. */
  join(): void {
    this.#joining = null
  }

  /** Takes the new slot out again: it is of no use. */
  giveUpJoining(): void {
    if (this.#joining !== null) this.#slots.splice(this.#slots.indexOf(this.#joining), 1)
    this.#joining = null
  }

  /** Takes out the slots that have had no job for `quietMs`, but never the first. */
  takeSpare(quietMs: number, now: number): readonly ProcessSlot[] {
    const isSpare = (slot: ProcessSlot) => slot.ready && slot.count === 0 && now - slot.quietSince >= quietMs
    const spare = this.#slots.slice(1).filter(isSpare)
    for (const slot of spare) this.#slots.splice(this.#slots.indexOf(slot), 1)
    return spare
  }

  /** Starts a slot in place of `slot`. False if that is none of these, or the system cannot start a process now. */
  replace(slot: ProcessSlot): boolean {
    const index = this.#slots.indexOf(slot)
    if (index < 0 || this.#start === null) return false
    const successor = this.#tryStart(this.#start)
    if (successor === null) return false
    this.#slots[index] = successor
    if (slot === this.#joining) {
      this.#joining = successor
      successor.share = 0
    }
    return true
  }

  /** null: the system lacks memory or processes, and may have them soon. */
  #tryStart(start: StartHost): ProcessSlot | null {
    try {
      return this.#startSlot(start)
    } catch {
      return null
    }
  }

  /** Whether a slot could run one more job at once, or has less than half of the jobs that it may have. */
  needsJobs(ahead: number, concurrency: number): boolean {
    return this.#open().some((slot) => {
      return slot.count < slot.capacity || slot.count <= quota(slot, ahead, concurrency) / 2
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
    const slots = this.#slots.filter((slot) => slot !== this.#joining)
    const uses = slots.map(({ count, buffered, share }) => ({ count, running: count - buffered, share }))
    const shares = sharesBeside(concurrency, uses)
    slots.forEach((slot, index) => {
      slot.share = shares[index] ?? 0
    })
    this.#isUneven = shares.some((share) => share < Math.floor(concurrency / slots.length))
    return sum(uses.map(({ running, count }, index) => Math.max(running, Math.min(count, shares[index] ?? 0))))
  }

  #open(): readonly ProcessSlot[] {
    return this.#slots.filter(({ isOpen }) => isOpen)
  }
}

/** How many jobs a slot may have: those that run, and its part of those that wait. */
function quota({ share, capacity }: ProcessSlot, ahead: number, concurrency: number): number {
  return capacity + Math.floor((ahead * share) / concurrency)
}
