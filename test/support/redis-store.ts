import type { Clock } from '../../src/domain/clock.js'
import { systemClock } from '../../src/engine/clock.js'
import { connectRedis } from '../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../src/stores/bullmq/store.js'
import type { Store } from '../../src/stores/store.js'
import type { RedisServer } from './redis-server.js'

/** A store by its URL, as a program opens it. */
export async function redisStore(url: string, clock: Clock = systemClock): Promise<Store> {
  const location = parseRedisUrl(url, process.cwd())
  return openRedisStore(await connectRedis(location, systemClock), location, clock)
}

/** How many jobs BullMQ has in each of its places, by the server itself and not by the store. */
export function placesOf(server: RedisServer, queue = 'default'): Readonly<Record<string, number>> {
  const sizes = Object.entries({
    wait: 'LLEN',
    prioritized: 'ZCARD',
    delayed: 'ZCARD',
    active: 'LLEN',
    completed: 'ZCARD',
    failed: 'ZCARD',
  })
  return Object.fromEntries(
    sizes
      .map(([place, command]) => [place, Number(server.cli(command, `bull:${queue}:${place}`))] as const)
      .filter(([, count]) => count > 0),
  )
}
