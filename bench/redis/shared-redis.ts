import { Redis } from 'ioredis'
import { withRedis } from '../systems/redis-server.js'

/** One server for all that is compared, empty before each run. It syncs once a second, as it is mostly run. */
export interface SharedRedis {
  readonly port: number
  empty(): Promise<void>
  /** The CPU that it has used so far, without the processes that rewrite its files. */
  cpuMs(): Promise<number>
  /** The completed jobs of a queue, of whichever system. Throws if one has failed: it would look like speed. */
  completed(queue: string): Promise<number>
}

/** `host`: where workers in other network namespaces reach it too; null: nowhere but on loopback. */
export function withSharedRedis<T>(
  folder: string,
  host: string | null,
  use: (redis: SharedRedis) => Promise<T>,
): Promise<T> {
  return withRedis(folder, 'everysec', (port) => connected(Number(port), use), host)
}

async function connected<T>(port: number, use: (redis: SharedRedis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1')
  // A rewrite of its file in the middle of one run would slow that one down.
  await client.config('SET', 'auto-aof-rewrite-percentage', '0')
  try {
    return await use({
      port,
      empty: async () => {
        await client.flushall('SYNC')
      },
      cpuMs: async () => {
        const info = await client.info('cpu')
        const seconds = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
        return (seconds('used_cpu_sys') + seconds('used_cpu_user')) * 1_000
      },
      completed: async (queue) => {
        const [completed, failed] = await Promise.all([
          client.zcard(`bull:${queue}:completed`),
          client.zcard(`bull:${queue}:failed`),
        ])
        if (failed > 0) throw new Error(`${failed} jobs of the queue ${queue} failed`)
        return completed
      },
    })
  } finally {
    client.disconnect()
  }
}
