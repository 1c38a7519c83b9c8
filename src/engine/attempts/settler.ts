import type { Clock } from '../../domain/clock.js'
import { isTemporary, StoreLostError } from '../../domain/errors.js'
import type { JobId } from '../../domain/job.js'
import type { Outcome } from '../../domain/outcome.js'
import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { RunningAttempt } from './running-attempt.js'

const retryMs = 500

export interface End {
  readonly attempt: RunningAttempt
  readonly outcome: Outcome
}

/** Stores the ends of attempts. Retries as long as the store refuses: a full disk must not lose a result. */
export class Settler {
  readonly #store: Pick<JobStore, 'settle'>
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #idle: () => void
  readonly #patience = new AbortController()
  readonly #pending = new Set<readonly End[]>()

  /** Calls `idle` when all ends are stored. */
  constructor(store: Pick<JobStore, 'settle'>, clock: Clock, events: EngineEmitter, idle: () => void) {
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#idle = idle
  }

  get busy(): boolean {
    return this.#pending.size > 0
  }

  /** Whether the end of this attempt is not stored yet. */
  isStoring(job: JobId, attempt: number): boolean {
    const isIt = ({ attempt: { claim } }: End) => claim.lease.job === job && claim.lease.attempt === attempt
    return [...this.#pending].some((ends) => ends.some(isIt))
  }

  settle(ends: readonly End[]): void {
    if (ends.length === 0) return
    this.#pending.add(ends)
    void this.#untilStored(ends).then(() => {
      this.#pending.delete(ends)
      if (!this.busy) this.#idle()
    })
  }

  /** Stops retrying ends that the store refuses. */
  giveUp(): void {
    this.#patience.abort()
  }

  async #untilStored(ends: readonly End[]): Promise<void> {
    const requests = ends.map(({ attempt, outcome }) => ({ lease: attempt.claim.lease, outcome }))
    for (;;) {
      try {
        this.#report(ends, await this.#store.settle(requests))
        return
      } catch (thrown) {
        if (!isTemporary(thrown)) return this.#refused(ends, thrown)
        this.#events.emit('store.unavailable', { error: thrown })
        this.#events.emit('ends.refused', { error: thrown })
        if (this.#patience.signal.aborted) return
        await this.#clock.sleep(retryMs, this.#patience.signal)
      }
    }
  }

  /** Retries one by one: an end that cannot be stored must not lose the other ends of its batch. */
  async #refused(ends: readonly End[], thrown: unknown): Promise<void> {
    if (ends.length === 1 || thrown instanceof StoreLostError) {
      this.#events.emit('service.failed', { service: 'settler', error: thrown })
      return
    }
    for (const end of ends) await this.#untilStored([end])
  }

  #report(ends: readonly End[], answers: readonly ('settled' | 'lost')[]): void {
    ends.forEach(({ attempt, outcome }, index) => {
      const { job, lease } = attempt.claim
      if (answers[index] !== 'settled') this.#events.emit('attempt.refused', { job: job.id, attempt: lease.attempt })
      else {
        const { startedAt, endedAt } = outcome
        const waitMs = Math.max(0, startedAt - job.dueAt)
        this.#events.emit('attempt.settled', { job, outcome, waitMs, runMs: Math.max(0, endedAt - startedAt) })
      }
    })
  }
}
