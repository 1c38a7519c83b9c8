import type { Clock } from '../../domain/clock.js'
import { ChangeNotifier, type Changes } from '../change-notifier.js'
import type { RedisConnection } from './connection.js'

/** Ends of jobs that come within this time wake once, in milliseconds: a busy queue has thousands a second. */
const mergedMs = 10

/**
 * Wakes those who wait, when this store or anybody else's has stored something: at once if it is work, and soon if it is
 * the end of a job. It listens from the first look on.
 */
export class News extends ChangeNotifier {
  readonly #connection: RedisConnection
  readonly #channel: string
  #listens = false
  #cancelSoon: (() => void) | null = null

  constructor(connection: RedisConnection, prefix: string, clock: Clock) {
    super(clock)
    this.#connection = connection
    this.#channel = `${prefix}::news`
  }

  override changes(): Changes {
    if (!this.#listens) {
      this.#listens = true
      // Whoever waits looks from time to time, also without.
      this.#connection.subscribe(this.#channel, (message) => this.#hear(message)).catch(() => {})
    }
    return super.changes()
  }

  #hear(message: string | null): void {
    if (message !== 'end') this.#tell()
    if (message !== 'end' || this.#cancelSoon !== null) return
    this.#cancelSoon = this.#connection.clock.after(mergedMs, () => {
      this.#cancelSoon = null
      this.#tell()
    })
  }

  override close(): void {
    this.#cancelSoon?.()
    super.close()
  }

  #tell(): void {
    this.note()
    this.notify()
  }
}
