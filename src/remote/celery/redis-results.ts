import type { RedisCommands } from '../redis-commands.js'
import { type CeleryState, celeryState } from './result.js'

/** Results of Celery on Redis. `prefix`: the `global_keyprefix` of its result backend, mostly empty. */
export class RedisResults {
  readonly #redis: RedisCommands
  readonly #prefix: string

  constructor(redis: RedisCommands, prefix = '') {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** What is stored of these tasks: of those that wait, and of those that nobody knows, nothing is. */
  async read(ids: readonly string[]): Promise<ReadonlyMap<string, CeleryState>> {
    if (ids.length === 0) return new Map()
    const keys = ids.map((id) => `${this.#prefix}celery-task-meta-${id}`)
    const texts = (await this.#redis.command('MGET', ...keys)) as readonly (string | null)[]
    const states = new Map<string, CeleryState>()
    for (const [index, id] of ids.entries()) {
      const state = celeryState(texts[index] ?? '')
      if (state !== null) states.set(id, state)
    }
    return states
  }
}
