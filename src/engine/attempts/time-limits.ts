import { after } from '../timer.js'
import type { RunningAttempt } from './running-attempt.js'

/** The time limits of all that runs: one timer, armed for the earliest. */
export class TimeLimits {
  readonly #running: () => Iterable<RunningAttempt>
  readonly #over: (entry: RunningAttempt) => void
  #armedFor = Number.POSITIVE_INFINITY
  #cancel = () => {}

  /** `over` is called once for each that runs longer than it may. */
  constructor(running: () => Iterable<RunningAttempt>, over: (entry: RunningAttempt) => void) {
    this.#running = running
    this.#over = over
  }

  started(entry: RunningAttempt): void {
    const { timeoutMs } = entry.claim.job
    if (timeoutMs === null) return
    entry.deadline = performance.now() + timeoutMs
    if (entry.deadline < this.#armedFor) this.#arm(entry.deadline)
  }

  stop(): void {
    this.#cancel()
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #arm(deadline: number): void {
    this.#cancel()
    this.#armedFor = deadline
    this.#cancel = after(Math.max(0, Math.ceil(deadline - performance.now())), () => this.#look())
  }

  #look(): void {
    this.stop()
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const entry of [...this.#running()]) {
      if (entry.deadline > now) next = Math.min(next, entry.deadline)
      else {
        entry.deadline = Number.POSITIVE_INFINITY
        this.#over(entry)
      }
    }
    if (next < this.#armedFor) this.#arm(next)
  }
}
