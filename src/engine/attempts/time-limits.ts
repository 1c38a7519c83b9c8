import type { Clock } from '../../domain/clock.js'
import type { AttemptReport } from '../../domain/outcome.js'
import type { RunningAttempt } from './running-attempt.js'

// A timer that is so late was held up; what has come meanwhile is read within the other time.
const stoodStillMs = 50
const readMs = 20

/** The time limits of all running attempts. One timer waits for the earliest. */
export class TimeLimits {
  readonly #clock: Clock
  readonly #running: () => Iterable<RunningAttempt>
  readonly #over: (attempt: RunningAttempt) => void
  #armedFor = Number.POSITIVE_INFINITY
  #hasWaited = false
  #cancel = () => {}

  /** Calls `over` once for each attempt that exceeds its limit. */
  constructor(clock: Clock, running: () => Iterable<RunningAttempt>, over: (attempt: RunningAttempt) => void) {
    this.#clock = clock
    this.#running = running
    this.#over = over
  }

  started(attempt: RunningAttempt): void {
    const { timeoutMs } = attempt.claim.job
    if (timeoutMs === null) return
    attempt.deadline = this.#clock.monotonicMs() + timeoutMs
    if (attempt.deadline < this.#armedFor) this.#arm(attempt.deadline)
  }

  /** Of a job that blocked the loop of this very process no timer tells that it is over its limit. */
  ended(attempt: RunningAttempt, { startedAt, endedAt }: Pick<AttemptReport, 'startedAt' | 'endedAt'>): void {
    const { timeoutMs } = attempt.claim.job
    if (timeoutMs !== null && endedAt - startedAt > timeoutMs) attempt.stopping ??= 'timeout'
  }

  stop(): void {
    this.#cancel()
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #arm(deadline: number): void {
    this.#cancel()
    this.#armedFor = deadline
    this.#cancel = this.#clock.after(Math.max(0, Math.ceil(deadline - this.#clock.monotonicMs())), () => this.#check())
  }

  #check(): void {
    const now = this.#clock.monotonicMs()
    // This process stood still: what tells that the job has ended may have come meanwhile, and not been read.
    if (now - this.#armedFor > stoodStillMs && !this.#hasWaited) {
      this.#hasWaited = true
      this.#arm(now + readMs)
      return
    }
    this.#hasWaited = false
    this.stop()
    let next = Number.POSITIVE_INFINITY
    for (const attempt of [...this.#running()]) {
      if (attempt.deadline > now) next = Math.min(next, attempt.deadline)
      else {
        attempt.deadline = Number.POSITIVE_INFINITY
        this.#over(attempt)
      }
    }
    if (next < this.#armedFor) this.#arm(next)
  }
}
