import { leaseMs } from '../store.js'
import { leases } from './lua/places.js'
import { type Script, script } from './script.js'

/** After an outage that was shorter, every lease still holds, in milliseconds. */
const shortOutageMs = 12_000

/**
 * Who beats later in an outage than this has seen none. It is more than the time by which clients differ about the beginning, as
 * they call at different times; and a worker that sees none beats once more before the outage is a long one.
 */
const beginningMs = 6_000

/**
 * Leases stand still while Redis takes no writes: nobody could take a job meanwhile. Puts off each lease that held when the
 * outage began, unless some worker has beaten since: then it was only this client that was cut off, or another one was first.
 * Begins with a write that takes no memory: Redis may be full when it is back.
 */
const standStillScript = script(
  'stand-still',
  `
rcall('DEL', O .. 'ignored')
local now = lease_now()
local began = now - request.outageMs
local latest = rcall('ZREVRANGE', O .. 'leases', 0, 0, 'WITHSCORES')[2]
if not latest or tonumber(latest) - request.leaseMs > began + ${beginningMs} then return 'held' end
local all = rcall('ZRANGE', O .. 'leases', 0, -1, 'WITHSCORES')
for index = 1, #all, 2 do
  local until_ = tonumber(all[index + 1])
  if until_ > began then
    -- No worker can have beaten later than now, whatever another client has put off before.
    rcall('ZADD', O .. 'leases', math.min(until_ + request.outageMs, now + request.leaseMs), all[index])
  end
end
return 'put off'`,
  leases,
)

/** For how long none of the writes of a client has been taken. */
export class Silence {
  readonly #elapsedMs: () => number
  readonly #run: (operation: Script, request: object) => Promise<unknown>
  /** When the first of the writes was sent that were not taken since the last one that was; null: none. */
  #since: number | null = null
  #takenAt = Number.NEGATIVE_INFINITY
  #ending: Promise<void> | null = null

  constructor(elapsedMs: () => number, run: (operation: Script, request: object) => Promise<unknown>) {
    this.#elapsedMs = elapsedMs
    this.#run = run
  }

  /** A write that was sent then was not taken. */
  begin(sentAt: number): void {
    this.#since ??= Math.max(sentAt, this.#takenAt)
  }

  over(): void {
    this.#since = null
    this.#takenAt = this.#elapsedMs()
  }

  /** What comes before any other write after a long outage. All wait for the same: none may overtake those before it. */
  async end(): Promise<void> {
    const outageMs = this.#since === null ? 0 : this.#elapsedMs() - this.#since
    if (this.#ending === null && outageMs > shortOutageMs) {
      this.#ending = this.#standStill(outageMs).finally(() => {
        this.#ending = null
      })
    }
    if (this.#ending !== null) await this.#ending
  }

  async #standStill(outageMs: number): Promise<void> {
    await this.#run(standStillScript, { outageMs, leaseMs })
    this.over()
  }
}
