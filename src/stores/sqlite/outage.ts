import type { Clock } from '../../domain/clock.js'
import { leaseMs } from '../store.js'
import { refusesWrites } from './errors.js'
import type { Statements } from './statements.js'

/**
 * Lets leases stand still while the file takes no writes, as on a full disk or under a lock that is not given back: no worker can renew its own then, and none can take
 * the jobs of another. What a worker finished meanwhile is stored once there is room, and does not run again.
 */
export class Outage {
  readonly #statements: Statements
  readonly #clock: Clock
  /** When a write was refused first; null: the last one was not. */
  #since: number | null = null

  constructor(statements: Statements, clock: Clock) {
    this.#statements = statements
    this.#clock = clock
  }

  refused(thrown: unknown): void {
    if (refusesWrites(thrown)) this.#since ??= Math.floor(this.#clock.monotonicMs())
  }

  /** Before anything else in a transaction: it may ask for leases. */
  begin(): void {
    const since = this.#since
    if (since === null) return
    const until = Math.floor(this.#clock.monotonicMs()) + leaseMs
    // Only those that held then: a later one is from before the machine was started.
    this.#statements.renewLeasesSince.run({ since, latest: since + leaseMs, until })
  }

  committed(): void {
    this.#since = null
  }
}
