import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** When Redis syncs what it appended: once a second, or before each answer, as Offstage does. */
export type Fsync = (typeof fsyncs)[number]
export const fsyncs = ['everysec', 'always'] as const

const startLimitMs = 10_000

/** null: none is installed. */
export function redisServerVersion(): string | null {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  return status === 0 ? (/ v=(\S+)/.exec(stdout)?.[1] ?? 'unknown') : null
}

/** A server of its own for one run, on loopback, with its files in `folder`. It ends with the use. */
export async function withRedisServer<T>(folder: string, fsync: Fsync, use: (port: number) => Promise<T>): Promise<T> {
  const data = join(folder, 'redis')
  mkdirSync(data, { recursive: true })
  const port = await freePort()
  const server = start(port, data, fsync)
  // A benchmark that is interrupted must leave no server behind.
  const kill = () => server.kill('SIGKILL')
  process.on('exit', kill)
  try {
    await answers(server, port)
    return await use(port)
  } finally {
    process.off('exit', kill)
    if (server.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit')
      server.kill('SIGKILL') // its files are thrown away: nothing is left to save
      await gone
    }
  }
}

function start(port: number, data: string, fsync: Fsync): ChildProcess {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', '', '--appendonly', 'yes']
  return spawn('redis-server', [...args, '--appendfsync', fsync], { stdio: 'ignore' })
}

async function answers(server: ChildProcess, port: number): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`redis-server ended with exit code ${code}`)))
  })
  await Promise.race([ping(port), failed])
  failed.catch(() => {}) // its end later on is the wanted one
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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
