import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis, type RedisConnection, RedisCutError } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { temporaryFolder } from '../../support/folder.js'
import { RedisServer } from '../../support/redis-server.js'
import { RedisCluster, startSentinel, tlsSettings } from '../../support/redis-sites.js'

const connect = (url: string) => connectRedis(parseRedisUrl(url, '/'), systemClock)

/** What a command answers there. */
async function answerAt(url: string, name: string, ...args: readonly string[]): Promise<unknown> {
  const connection = await connect(url)
  try {
    return await connection.command(name, ...args)
  } finally {
    await connection.close()
  }
}

/** Sends a command again after each cut, as stores do. */
async function patiently(connection: RedisConnection, name: string, ...args: readonly string[]): Promise<unknown> {
  for (;;) {
    try {
      return await connection.command(name, ...args)
    } catch (thrown) {
      if (!(thrown instanceof RedisCutError)) throw thrown
      await connection.ready(5_000)
    }
  }
}

describe('TLS', () => {
  const folder = temporaryFolder()
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start(tlsSettings(folder))
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  test('A server with a certificate of a private authority is known by its file.', async () => {
    expect(await answerAt(server.url, 'PING')).toBe('PONG')
  })

  test.each([
    ['without the file', (url: string) => url.replace(/\?.*/, ''), 'its certificate is of an unknown authority'],
    ['by another name', (url: string) => url.replace('127.0.0.1', 'localhost'), 'its certificate is for another host'],
    ['without TLS', (url: string) => url.replace(/^rediss(.*)\?.*/, 'redis$1'), 'it closes the connection'],
    ['with a file that is not there', (url: string) => `${url}x`, 'cannot be read (ENOENT)'],
  ])('It is refused %s.', async (_, change, said) => {
    await expect(connect(change(server.url))).rejects.toThrow(said)
  })
})

test('A server that asks clients for a certificate says so.', async () => {
  const folder = temporaryFolder()
  const server = await RedisServer.start({ ...tlsSettings(folder), 'tls-auth-clients': 'yes' })
  await expect(connect(server.url)).rejects.toThrow('it asks clients for a certificate')
  await server.stop()
  folder.remove()
})

describe('Sentinel', () => {
  let master: RedisServer
  let other: RedisServer
  let sentinel: RedisServer
  beforeAll(async () => {
    ;[master, other] = await Promise.all([RedisServer.start(), RedisServer.start()])
    sentinel = await startSentinel(master)
  })
  afterAll(() => Promise.all([sentinel, master, other].map((server) => server.stop())))

  test('The server is found by its name, also if a sentinel is gone.', async () => {
    master.cli('SET', 'where', 'master')
    expect(await answerAt(`${sentinel.url}?sentinel=main`, 'GET', 'where')).toBe('master')
    const two = sentinel.url.replace('127.0.0.1', '127.0.0.1:1,127.0.0.1')
    expect(await answerAt(`${two}?sentinel=main`, 'GET', 'where')).toBe('master')
  })

  test('Sentinels may ask for the password of the server.', async () => {
    const closed = await RedisServer.start({ requirepass: 'p' })
    const guard = await startSentinel(closed, 'requirepass p', 'sentinel auth-pass main p')
    const url = `${guard.url.replace('//', '//:p@')}?sentinel=main`
    expect(await answerAt(url, 'PING')).toBe('PONG')
    await expect(connect(url.replace(':p@', ':q@'))).rejects.toThrow('it refuses the user or the password')
    await Promise.all([closed.stop(), guard.stop()])
  })

  test('A name that the sentinels do not know, and a sentinel taken for a server, are refused.', async () => {
    await expect(connect(`${sentinel.url}?sentinel=other`)).rejects.toThrow('the sentinels know no master other')
    await expect(connect(sentinel.url)).rejects.toThrow('is a sentinel, which stores nothing')
  })

  test('Commands go on when another server has become the master.', async () => {
    const connection = await connect(`${sentinel.url}?sentinel=main`)
    other.cli('SET', 'where', 'other')
    master.cli('REPLICAOF', '127.0.0.1', `${other.port}`)
    sentinel.cli('SENTINEL', 'REMOVE', 'main')
    sentinel.cli('SENTINEL', 'MONITOR', 'main', '127.0.0.1', `${other.port}`, '1')
    expect(await patiently(connection, 'SET', 'k', 'v')).toBe('OK')
    expect(await connection.command('GET', 'where')).toBe('other')
    await connection.close()
  })
})

describe('a cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await RedisCluster.start()
  })
  afterAll(() => cluster.stop())

  test('A prefix without a tag is refused.', async () => {
    await expect(connect(cluster.first.url)).rejects.toMatchObject({
      code: 'E_REDIS_SETUP',
      hint: 'add ?prefix={bull} to the URL',
    })
  })

  test('Each node leads to that which has the keys.', async () => {
    const { first, second, replica } = cluster
    for (const { url } of [first, second, replica])
      for (const prefix of ['{bull}', '{other}', '{a}', '{b}'])
        expect(await answerAt(`${url}?prefix=${prefix}`, 'SET', `${prefix}:k`, 'v')).toBe('OK')
  })

  test('Commands go on when the replica has taken over.', async () => {
    const connection = await connect(`${cluster.first.url}?prefix={bull}`)
    await connection.command('SET', '{bull}:k', 'kept')
    await connection.command('WAIT', '1', '1000')
    await cluster.failOver()
    expect(await patiently(connection, 'SET', '{bull}:l', 'new')).toBe('OK')
    expect(await connection.command('GET', '{bull}:k')).toBe('kept')
    await connection.close()
  })

  test('Messages are heard, whichever node they were given to.', async () => {
    const connection = await connect(`${cluster.first.url}?prefix={bull}`)
    const heard = new Promise((resolve) =>
      connection.subscribe('news', (message) => message !== null && resolve(message)),
    )
    await connection.command('PING')
    const timer = setInterval(() => cluster.first.cli('PUBLISH', 'news', 'one'), 20)
    expect(await heard).toBe('one')
    clearInterval(timer)
    await connection.close()
  })
})
