import type { Clock } from '../../domain/clock.js'
import type { RedisCommands } from '../redis-commands.js'
import type { CeleryCall } from './message.js'
import { envelopeOf, prioritySteps, queueKey } from './redis-envelope.js'

/** For how long Redis keeps that a task was sent, in seconds: nobody sends a job again after so long. */
const sentKeptSeconds = 7 * 86_400

/**
 * Sends a task once by its id: who sends it again, because the answer never came or its worker died, must not have it run
 * twice.
 */
const sendScript = `
if redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[2]) then
  redis.call('LPUSH', KEYS[1], ARGV[1])
  return 1
end
return 0`

/** Takes one message out of a list by its text, which its tag makes unlike all others, and tells those who wait for its result. */
const withdrawScript = `
if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('PUBLISH', KEYS[2], ARGV[2])
return 1`

// As long as Celery keeps results if nobody says otherwise.
const resultKeptSeconds = 86_400
const page = 500

/** A broker of Celery on Redis. `prefix`: the `global_keyprefix` of its workers, mostly empty. */
export class RedisBroker {
  readonly #redis: RedisCommands
  readonly #clock: Clock
  readonly #prefix: string

  constructor(redis: RedisCommands, clock: Clock, prefix = '') {
    this.#redis = redis
    this.#clock = clock
    this.#prefix = prefix
  }

  /** `priority`: 0 goes first, 9 last. False: it was sent before. Throws UsageError for what Celery cannot take. */
  async send(call: CeleryCall, queue: string, priority = 0): Promise<boolean> {
    const later = call.eta === null ? 0 : Math.max(0, Math.ceil((call.eta - this.#clock.now()) / 1_000))
    const keys = [this.#key(queueKey(queue, priority)), `offstage:sent:${call.id}`]
    const args = [envelopeOf(call, queue, priority), sentKeptSeconds + later]
    return (await this.#redis.command('EVAL', sendScript, keys.length, ...keys, ...args)) === 1
  }

  /** How many messages wait in a queue, of all priorities. Those that workers have taken do not count. */
  async depth(queue: string): Promise<number> {
    const lengths = await Promise.all(this.#keysOf(queue).map((key) => this.#redis.command('LLEN', key)))
    return lengths.reduce<number>((sum, length) => sum + Number(length), 0)
  }

  /**
   * Takes a task back that no worker has taken yet, and stores that it is revoked, as a worker would. False: it is not in the
   * queue. `resultPrefix`: that of the keys of results.
   */
  async withdraw(queue: string, id: string, resultPrefix = ''): Promise<boolean> {
    for (const key of this.#keysOf(queue)) {
      for (let from = 0; ; from += page) {
        const some = (await this.#redis.command('LRANGE', key, from, from + page - 1)) as readonly string[]
        const message = some.find((text) => idOf(text) === id)
        if (message !== undefined) return this.#remove(key, message, `${resultPrefix}celery-task-meta-${id}`, id)
        if (some.length < page) break
      }
    }
    return false
  }

  async #remove(key: string, message: string, result: string, id: string): Promise<boolean> {
    const args = [message, revokedText(id, new Date(this.#clock.now())), resultKeptSeconds]
    return (await this.#redis.command('EVAL', withdrawScript, 2, key, result, ...args)) === 1
  }

  #keysOf(queue: string): readonly string[] {
    return prioritySteps.map((step) => this.#key(queueKey(queue, step)))
  }

  #key(name: string): string {
    return `${this.#prefix}${name}`
  }
}

function idOf(message: string): string | null {
  try {
    const { headers } = JSON.parse(message) as { readonly headers?: { readonly id?: unknown } }
    return typeof headers?.id === 'string' ? headers.id : null
  } catch {
    return null
  }
}

/** What `AsyncResult` reads as revoked. */
function revokedText(id: string, at: Date): string {
  return JSON.stringify({
    status: 'REVOKED',
    result: { exc_type: 'TaskRevokedError', exc_message: ['revoked'], exc_module: 'celery.exceptions' },
    traceback: null,
    children: [],
    date_done: at.toISOString().replace('Z', '000+00:00'),
    task_id: id,
  })
}
