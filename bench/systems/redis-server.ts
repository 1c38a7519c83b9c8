import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort, withServer } from './server.js'

/** When Redis syncs what it appended: once a second, or before each answer, as Offstage does. */
export type Fsync = (typeof fsyncs)[number]
export const fsyncs = ['everysec', 'always'] as const

const startLimitMs = 10_000

/** null: none is installed. */
export function redisVersion(): string | null {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  return status === 0 ? (/ v=(\S+)/.exec(stdout)?.[1] ?? 'unknown') : null
}

/** A server of its own on loopback, and at `host` too, with its files in `folder`. Its address is its port. */
export async function withRedis<T>(
  folder: string,
  fsync: Fsync,
  use: (address: string) => Promise<T>,
  host: string | null = null,
): Promise<T> {
  const data = join(folder, 'redis')
  mkdirSync(data, { recursive: true })
  const port = await freePort()
  const hosts = host === null ? ['--bind', '127.0.0.1'] : ['--bind', '127.0.0.1', host, '--protected-mode', 'no']
  const args = ['--port', String(port), ...hosts, '--dir', data, '--save', '', '--appendonly', 'yes']
  const command = { program: 'redis-server', args: [...args, '--appendfsync', fsync], endSignal: 'SIGKILL' } as const
  return withServer(
    command,
    () => ping(port),
    () => use(String(port)),
  )
}

async function ping(port: number): Promise<void> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  redis.on('error', () => {}) // refused until the server listens
  try {
    await Promise.race([redis.ping(), sleep(startLimitMs, null, { ref: false }).then(tooLate)])
  } finally {
    redis.disconnect()
  }
}

function tooLate(): never {
  throw new Error(`redis-server did not answer within ${startLimitMs} ms`)
}
