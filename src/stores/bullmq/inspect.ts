import type { Clock } from '../../domain/clock.js'
import { connectRedis, type RedisConnection, RedisReplyError } from './connection.js'
import { RedisForbiddenError } from './errors.js'
import { type RedisLocation, redisUrl } from './location.js'
import type { RedisServerFacts } from './server-facts.js'

/** What a Redis says of itself to somebody who looks for what is wrong with it. */
export interface RedisInspection {
  /** Without the password. */
  readonly url: string
  readonly server: RedisServerFacts
  /** When the append-only file is written to disk; null: CONFIG is forbidden. */
  readonly appendFsync: string | null
  /** The clock of Redis minus ours. */
  readonly aheadMs: number
  /** Workers of BullMQ that are not ours, by queue; null: CLIENT is forbidden. */
  readonly plainWorkers: ReadonlyMap<string, number> | null
}

/** Changes nothing. `clock`: the machine's. Throws StoreUnavailableError. */
export async function inspectRedis(location: RedisLocation, clock: Clock): Promise<RedisInspection> {
  const connection = await connectRedis(location, clock)
  try {
    const clients = await orNull(connection.command('CLIENT', 'LIST', 'TYPE', 'normal'))
    return {
      url: redisUrl(location),
      server: connection.server,
      appendFsync: await appendFsync(connection),
      aheadMs: await aheadMs(connection, clock),
      plainWorkers: clients === null ? null : plainWorkers(String(clients), location),
    }
  } finally {
    await connection.close()
  }
}

async function appendFsync(connection: RedisConnection): Promise<string | null> {
  const answer = (await orNull(connection.command('CONFIG', 'GET', 'appendfsync'))) as readonly string[] | null
  return answer?.[1] ?? null
}

/** Compared with the middle of the call. */
async function aheadMs(connection: RedisConnection, clock: Clock): Promise<number> {
  const before = clock.now()
  const [seconds = '0', microseconds = '0'] = (await connection.command('TIME')) as readonly string[]
  const after = clock.now()
  return Math.round(Number(seconds) * 1_000 + Number(microseconds) / 1_000 - (before + after) / 2)
}

/** A worker of BullMQ gives its connection the name `PREFIX:BASE64-OF-QUEUE`, and its own behind that if it has one. */
function plainWorkers(clients: string, { prefix, db }: RedisLocation): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of clients.split('\n')) {
    const name = / name=(\S+)/.exec(line)?.[1]
    if (name === undefined || !name.startsWith(`${prefix}:`) || / db=(\d+)/.exec(line)?.[1] !== `${db}`) continue
    const [, encoded] = /^([\w+/=]+)(:w:.*)?$/.exec(name.slice(prefix.length + 1)) ?? []
    if (encoded === undefined) continue
    const queue = Buffer.from(encoded, 'base64').toString()
    counts.set(queue, (counts.get(queue) ?? 0) + 1)
  }
  return counts
}

/** null: Redis forbids the command, or does not know it. */
async function orNull(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (thrown) {
    if (thrown instanceof RedisReplyError || thrown instanceof RedisForbiddenError) return null
    throw thrown
  }
}
