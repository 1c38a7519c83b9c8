import type { Clock } from '../../domain/clock.js'
import { beatMs, leaseMs } from '../store.js'
import { refusesWrites } from './errors.js'
import type { Statements } from './statements.js'

// A lease outlasts less. Where some writes are refused and others pass, workers beat, and the dead must be noticed.
const shortestMs = 2 * beatMs

/**
 * Lets leases stand still while the file takes no writes, as on a full disk or under a lock that is not given back: no worker can renew its own then, and none can take
 * the jobs of another. What a worker finished meanwhile is stored once there is room, and does not run again.
 */
export class Outage {
  readonly #statements: Statements
  readonly #clock: Clock
  /** When a write was refused first since the last commit; null: none was. */
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
    const now = Math.floor(this.#clock.monotonicMs())
    if (now - since < shortestMs) return
    // Only those that held then, in this boot: a beat of another process may have passed meanwhile.
    const { bootId } = this.#clock
    this.#statements.prolongLeases.run({ bootId, since, lengthMs: now - since, most: now + leaseMs })
  }

  committed(): void {
    this.#since = null
  }
}
