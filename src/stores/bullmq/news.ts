import type { Clock } from '../../domain/clock.js'
import { ChangeNotifier, type Changes } from '../change-notifier.js'
import type { RedisConnection } from './connection.js'

/** Wakes those who wait for work, when this store or anybody else's has stored something. It listens from the first look on. */
export class News extends ChangeNotifier {
  readonly #connection: RedisConnection
  readonly #channel: string
  #listens = false

  constructor(connection: RedisConnection, prefix: string, clock: Clock) {
    super(clock)
    this.#connection = connection
    this.#channel = `${prefix}::news`
  }

  override changes(): Changes {
    if (!this.#listens) {
      this.#listens = true
      this.#connection.subscribe(this.#channel, () => this.#tell()).catch(() => {}) // whoever waits looks from time to time
    }
    return super.changes()
  }

  #tell(): void {
    this.note()
    this.notify()
  }
}
