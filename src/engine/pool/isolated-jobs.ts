import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { EndingSlots } from './ending-slots.js'
import type { ProcessSlot } from './process-slot.js'

/**
 * Jobs that must be alone in a task process: suspects, and those whose task asks for it. Each has a fresh process beside
 * those of the pool, as soon as the concurrency leaves room for it, and no job waits for a process to become empty.
 */
export class IsolatedJobs {
  readonly #startSlot: () => ProcessSlot
  readonly #ending: EndingSlots
  readonly #waiting: RunningAttempt[] = []
  /** The attempt to run once the process has loaded the tasks; null after it was handed over. */
  readonly #slots = new Map<ProcessSlot, RunningAttempt | null>()

  constructor(startSlot: () => ProcessSlot, ending: EndingSlots) {
    this.#startSlot = startSlot
    this.#ending = ending
  }

  /** How many there are. */
  get count(): number {
    return this.#waiting.length + this.#slots.size
  }

  /** How many have a process, started or starting. */
  get running(): number {
    return this.#slots.size
  }

  get slots(): Iterable<ProcessSlot> {
    return this.#slots.keys()
  }

  add(attempts: readonly RunningAttempt[]): void {
    this.#waiting.push(...attempts)
  }

  /** Starts processes until `maxRunning` of the jobs have one. False if the system could not start one. */
  start(maxRunning: number): boolean {
    while (this.#slots.size < maxRunning) {
      const [attempt] = this.#waiting
      if (attempt === undefined) return true
      try {
        this.#slots.set(this.#startSlot(), attempt)
      } catch {
        return false // out of memory or of processes: that is no fault of the job
      }
      this.#waiting.shift()
    }
    return true
  }

  /** The attempt that waits for the process of a slot; null if there is none. */
  pending(slot: ProcessSlot): RunningAttempt | null {
    return this.#slots.get(slot) ?? null
  }

  /** Whether the slot is one of these. */
  has(slot: ProcessSlot): boolean {
    return this.#slots.has(slot)
  }

  /** The process of a slot can run its job. */
  ready(slot: ProcessSlot): void {
    const attempt = this.pending(slot)
    if (attempt === null) return
    this.#slots.set(slot, null)
    slot.handOver([attempt])
  }

  /** The job has left its slot. */
  left(slot: ProcessSlot): void {
    if (this.#slots.get(slot) === null && slot.count === 0) this.#end(slot)
  }

  /** Takes back one that has not been handed over. */
  withdraw(attempt: RunningAttempt): void {
    const index = this.#waiting.indexOf(attempt)
    if (index >= 0) this.#waiting.splice(index, 1)
    for (const [slot, pending] of this.#slots) if (pending === attempt) this.#end(slot)
  }

  /** Takes back all that have not been handed over. */
  withdrawAll(): readonly RunningAttempt[] {
    const attempts = this.#waiting.splice(0)
    for (const [slot, pending] of this.#slots) {
      if (pending === null) continue
      attempts.push(pending)
      this.#end(slot)
    }
    return attempts
  }

  /** Forgets all, and ends their processes. */
  clear(): void {
    this.#waiting.length = 0
    for (const slot of this.#slots.keys()) {
      slot.clear()
      this.#end(slot)
    }
  }

  /** Ends all processes. */
  end(): void {
    for (const slot of this.#slots.keys()) this.#end(slot)
  }

  #end(slot: ProcessSlot): void {
    this.#slots.delete(slot)
    this.#ending.add(slot)
  }
}
