import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import {
  connectRedis,
  type RedisConnection,
  RedisCutError,
  RedisReplyError,
} from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { RedisServer } from '../../support/redis-server.js'

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' })
})
afterAll(() => server.stop())

async function connected(use: (connection: RedisConnection) => Promise<void>): Promise<void> {
  const connection = await connectRedis(parseRedisUrl(server.url, '/'), systemClock)
  try {
    await use(connection)
  } finally {
    await connection.close()
  }
}

/** Resolves once `holds`, which is asked each time a message has come. */
function heard(): {
  readonly messages: (string | null)[]
  listen(message: string | null): void
  all(count: number): Promise<void>
} {
  const messages: (string | null)[] = []
  let wake = () => {}
  return {
    messages,
    listen: (message) => {
      messages.push(message)
      wake()
    },
    all: async (count) => {
      while (messages.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

test('Commands are sent, and texts are UTF-8.', () =>
  connected(async (connection) => {
    expect(await connection.command('SET', 'k', 'ä\u0000😀')).toBe('OK')
    expect(await connection.command('GET', 'k')).toBe('ä\u0000😀')
    expect(await connection.command('HSET', 'h', 'a', 1, 'b', 2)).toBe(2)
    expect(await connection.command('HGETALL', 'h')).toEqual(['a', '1', 'b', '2'])
    expect(connection.server).toMatchObject({
      isCluster: false,
      maxmemoryPolicy: 'noeviction',
      hasAppendOnlyFile: true,
    })
  }))

test('An error about one command is a reply, and tells nothing of its arguments.', () =>
  connected(async (connection) => {
    const error = await connection.command('EVALSHA', 'f'.repeat(40), 0, 'secret').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(RedisReplyError)
    expect((error as Error).message).toMatch(/^NOSCRIPT/)
    expect(JSON.stringify(error)).not.toContain('secret')
  }))

test('Commands work again when the server was killed and is back.', () =>
  connected(async (connection) => {
    await connection.command('SET', 'kept', 'yes')
    const cut = connection.command('BLPOP', 'nothing', 0)
    cut.catch(() => {})
    await server.kill()
    await expect(cut).rejects.toBeInstanceOf(RedisCutError)
    await expect(connection.command('PING')).rejects.toBeInstanceOf(RedisCutError)
    await expect(connection.ready(200)).rejects.toThrow('nothing listens there')
    await server.restart()
    await connection.ready(2_000)
    expect(await connection.command('GET', 'kept')).toBe('yes')
  }))

test('A cut connection is made anew, and what had no answer is not sent again.', () =>
  connected(async (connection) => {
    await connection.command('DEL', 'counted')
    const id = await connection.command('CLIENT', 'ID')
    // The answer waits behind that of a command which never ends.
    const blocked = connection.command('BLPOP', 'nothing', 0)
    const counted = connection.command('INCR', 'counted')
    for (const cut of [blocked, counted]) cut.catch(() => {})
    server.cli('CLIENT', 'KILL', 'ID', String(id))
    await expect(counted).rejects.toBeInstanceOf(RedisCutError)
    await connection.ready(2_000)
    expect(await connection.command('CLIENT', 'ID')).not.toBe(id)
    expect(await connection.command('GET', 'counted')).toBeNull()
  }))

test('A full server refuses, and the connection stays.', () =>
  connected(async (connection) => {
    const id = await connection.command('CLIENT', 'ID')
    server.cli('CONFIG', 'SET', 'maxmemory', '1mb')
    try {
      const error = await connection.command('SET', 'k', 'v').catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'E_STORE_UNAVAILABLE', hint: expect.stringContaining('raise maxmemory') })
      expect(error).not.toBeInstanceOf(RedisCutError)
    } finally {
      server.cli('CONFIG', 'SET', 'maxmemory', '0')
    }
    expect(await connection.command('CLIENT', 'ID')).toBe(id)
  }))

test('Messages of a channel are heard, and each time that some may have been missed.', () =>
  connected(async (connection) => {
    const { messages, listen, all } = heard()
    await connection.subscribe('news', listen)
    expect(messages).toEqual([null])
    await connection.command('PUBLISH', 'news', 'one')
    await all(2)
    server.cli('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await all(3)
    await connection.command('PUBLISH', 'news', 'two')
    await all(4)
    expect(messages).toEqual([null, 'one', null, 'two'])
  }))

test('What is asked after the end is refused.', async () => {
  let ended: RedisConnection | null = null
  await connected(async (connection) => {
    ended = connection
  })
  const connection = ended as RedisConnection | null
  await expect(connection?.command('PING')).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  await expect(connection?.ready(1_000)).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  await connection?.close()
})

test('It ends at once also when the server is frozen, and what is unanswered rejects.', async () => {
  const connection = await connectRedis(parseRedisUrl(server.url, '/'), systemClock)
  server.freeze()
  try {
    const unanswered = connection.command('PING')
    unanswered.catch(() => {})
    await connection.close()
    await expect(unanswered).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  } finally {
    server.thaw()
  }
})
