import { randomUUID } from 'node:crypto'
import type { Clock } from '../../domain/clock.js'
import type { RedisCommands } from '../redis-commands.js'

/** What workers have answered, by their names: `{ "w1@host": ... }`. */
export type Answers = ReadonlyMap<string, unknown>

export interface Broadcast {
  readonly method: string
  readonly args: object
  /** Names of workers; null: all. */
  readonly destination: readonly string[] | null
}

const pollMs = 20
const replyExchange = 'reply.celery.pidbox'

/** Commands to the workers of Celery, over Redis: `ping`, `active`, `revoke` and the others of its remote control. */
export class RedisControl {
  readonly #redis: RedisCommands
  readonly #database: number
  readonly #prefix: string
  readonly #clock: Clock

  constructor(redis: RedisCommands, database: number, clock: Clock, prefix = '') {
    this.#redis = redis
    this.#database = database
    this.#clock = clock
    this.#prefix = prefix
  }

  /** Tells workers something, and waits for no answer. Resolves to how many listened: with none, it is lost. */
  async tell(broadcast: Broadcast): Promise<number> {
    return Number(await this.#publish(broadcast, null))
  }

  /** Resolves to the answers that came within the time, or as soon as each of those who listened has answered. */
  async ask(broadcast: Broadcast, timeoutMs: number): Promise<Answers> {
    const oid = randomUUID()
    const list = `${this.#prefix}${oid}.${replyExchange}`
    const bindings = `${this.#prefix}_kombu.binding.${replyExchange}`
    const binding = [oid, '', `${oid}.${replyExchange}`].join('\x06\x16')
    await this.#redis.command('SADD', bindings, binding)
    try {
      const listeners = Number(await this.#publish(broadcast, oid))
      const wanted = Math.min(listeners, broadcast.destination?.length ?? listeners)
      return await this.#answers(list, wanted, this.#clock.monotonicMs() + timeoutMs)
    } finally {
      await this.#redis.command('SREM', bindings, binding)
      await this.#redis.command('DEL', list)
    }
  }

  async #answers(list: string, wanted: number, until: number): Promise<Answers> {
    const answers = new Map<string, unknown>()
    while (answers.size < wanted && this.#clock.monotonicMs() < until) {
      const text = (await this.#redis.command('RPOP', list)) as string | null
      if (text === null) await this.#clock.sleep(pollMs, new AbortController().signal)
      else for (const [worker, answer] of Object.entries(bodyOf(text))) answers.set(worker, answer)
    }
    return answers
  }

  #publish({ method, args, destination }: Broadcast, oid: string | null): Promise<unknown> {
    const reply = oid === null ? null : { exchange: replyExchange, routing_key: oid }
    const command = {
      method,
      arguments: args,
      destination,
      pattern: null,
      matcher: null,
      ...(reply === null ? {} : { ticket: randomUUID(), reply_to: reply }),
    }
    const envelope = {
      body: Buffer.from(JSON.stringify(command)).toString('base64'),
      'content-encoding': 'utf-8',
      'content-type': 'application/json',
      headers: { clock: 1, expires: this.#clock.now() / 1_000 + 60 },
      properties: {
        delivery_mode: 2,
        delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
        priority: 0,
        body_encoding: 'base64',
        delivery_tag: randomUUID(),
      },
    }
    return this.#redis.command('PUBLISH', `${this.#prefix}/${this.#database}.celery.pidbox`, JSON.stringify(envelope))
  }
}

function bodyOf(text: string): object {
  try {
    const { body } = JSON.parse(text) as { readonly body?: unknown }
    const value: unknown = JSON.parse(Buffer.from(String(body), 'base64').toString('utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
