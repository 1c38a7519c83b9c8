import { RedisServer } from './redis-server.js'
import { isOnRedis } from './tested-store.js'

/** Starts the Redis of all test processes, where the tests run over one: one that loses nothing, as a doctor wants it. */
export default async function startRedis(): Promise<(() => Promise<void>) | undefined> {
  if (!isOnRedis) return undefined
  const server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' })
  process.env.OFFSTAGE_TEST_REDIS = server.url
  return () => server.stop()
}
