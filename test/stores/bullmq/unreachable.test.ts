import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { freePort, RedisServer } from '../../support/redis-server.js'

async function refusalOf(url: string): Promise<StoreUnavailableError> {
  const opening = connectRedis(parseRedisUrl(url, '/'), systemClock)
  const thrown: unknown = await opening.then(
    (connection) => connection.close(),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(StoreUnavailableError)
  const error = thrown as StoreUnavailableError
  expect(error.message).not.toContain('\n')
  expect(`${error.message} ${error.hint}`).not.toContain('geheim')
  return error
}

/** A server that is none of Redis. */
async function listening(greet: string | null, answer: string | null): Promise<{ url: string; close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (greet !== null) socket.write(greet)
    socket.on('data', () => (answer === null ? socket.destroy() : socket.write(answer)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

describe('the cause is said in one line', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start({ requirepass: 'geheim' })
    server.cli('ACL', 'SETUSER', 'reader', 'on', '>geheim2', '+ping', '~*')
    server.cli('ACL', 'SETUSER', 'owner', 'on', '>a@b/c', '+@all', '~*')
  })
  afterAll(() => server.stop())
  const urlFor = (user: string) => `redis://${user}@127.0.0.1:${server.port}`

  test('a password is missing', async () => {
    const { message, hint } = await refusalOf(`redis://127.0.0.1:${server.port}`)
    expect(message).toBe(`redis://127.0.0.1:${server.port} cannot be reached: it asks for a password`)
    expect(hint).toContain('redis://:PASSWORD@HOST')
  })

  test('a password is wrong', async () => {
    const { message } = await refusalOf(urlFor(':geheimX'))
    expect(message).toBe(`${urlFor('***')} cannot be reached: it refuses the user or the password`)
  })

  test('a user may not do it', async () => {
    const { message, hint } = await refusalOf(urlFor('reader:geheim2'))
    expect(message).toMatch(/cannot be reached: NOPERM .*'info'/)
    expect(hint).toContain('ACL SETUSER')
  })

  test('a user with a strange password is let in', async () => {
    const connection = await connectRedis(parseRedisUrl(urlFor('owner:a%40b%2Fc'), '/'), systemClock)
    expect(await connection.command('ACL', 'WHOAMI')).toBe('owner')
    await connection.close()
  })

  test('a database is not there', async () => {
    expect((await refusalOf(`${server.url}/99`)).message).toContain('it has no such database')
  })

  test('TLS is spoken where none is', async () => {
    const { message, hint } = await refusalOf(server.url.replace('redis:', 'rediss:'))
    expect(message).toContain('it does not answer')
    expect(hint).toContain('redis://')
  })

  test('nothing listens', async () => {
    const port = await freePort()
    const { message } = await refusalOf(`redis://127.0.0.1:${port}`)
    expect(message).toBe(`redis://127.0.0.1:${port} cannot be reached: nothing listens there`)
    expect((await refusalOf(`redis://localhost:${port}`)).message).toContain('nothing listens there')
  })

  test('no host is found', async () => {
    expect((await refusalOf('redis://no-such-host.invalid')).message).toContain('there is no such host')
  })
})

test('A server that has as many clients as it may have says so.', async () => {
  const server = await RedisServer.start({ maxclients: '1' })
  const client = connect(server.port, '127.0.0.1')
  client.write('PING\r\n')
  await once(client, 'data')
  const { message, hint } = await refusalOf(server.url)
  expect(message).toBe(`${server.url} cannot be reached: it has as many clients as it may have`)
  expect(hint).toContain('maxclients')
  client.destroy()
  await server.stop()
})

test('A server that a script blocks says so.', async () => {
  const server = await RedisServer.start({ 'busy-reply-threshold': '10' })
  const client = connect(server.port, '127.0.0.1')
  client.write("EVAL 'while true do end' 0\r\n")
  await vi.waitFor(() => expect(server.cli('PING')).toContain('BUSY'))
  const { message, hint } = await refusalOf(server.url)
  expect(message).toBe(`${server.url} cannot be reached: a script of somebody blocks it (BUSY)`)
  expect(hint).toBe('SCRIPT KILL ends it')
  client.destroy()
  await server.stop()
})

test('A password that the server does not ask for is no fault, and nothing is said of it.', async () => {
  const server = await RedisServer.start()
  const warn = vi.spyOn(console, 'warn')
  for (const user of [':p', 'default:p']) {
    const connection = await connectRedis(parseRedisUrl(server.url.replace('//', `//${user}@`), '/'), systemClock)
    expect(await connection.command('CLIENT', 'GETNAME')).toBe('offstage')
    await connection.close()
  }
  expect(warn).not.toHaveBeenCalled()
  await server.stop()
})

test('A frozen server is given up after 2.5 s.', async () => {
  const server = await RedisServer.start()
  server.freeze()
  try {
    const startedAt = systemClock.monotonicMs()
    expect((await refusalOf(server.url)).message).toContain('it does not answer')
    expect(systemClock.monotonicMs() - startedAt).toBeLessThan(3_500)
  } finally {
    server.thaw()
    await server.stop()
  }
})

test.each([
  ['a web server', null, 'HTTP/1.1 400 Bad Request\r\n\r\n', 'no Redis'],
  ['a mail server', '220 mail.example ESMTP\r\n', '500 what?\r\n', 'no Redis'],
  ['a server that ends the connection', null, null, 'it closes the connection'],
])('What listens is %s.', async (_, greet, answer, said) => {
  const other = await listening(greet, answer)
  expect((await refusalOf(other.url)).message).toContain(said)
  other.close()
})

describe('a server on which jobs would be lost is refused', () => {
  test.each([
    ['allkeys-lru', '10mb'],
    ['volatile-ttl', '0'],
  ])('it has the policy %s', async (policy, maxmemory) => {
    const server = await RedisServer.start({ 'maxmemory-policy': policy, maxmemory })
    expect(await refusalOf(server.url)).toMatchObject({
      code: 'E_REDIS_SETUP',
      message: `${server.url} has the maxmemory-policy ${policy}: it would remove jobs when its memory is full`,
    })
    await server.stop()
  })

  test('it is a replica', async () => {
    const [master, replica] = [await RedisServer.start(), await RedisServer.start()]
    replica.cli('REPLICAOF', '127.0.0.1', `${master.port}`)
    expect((await refusalOf(replica.url)).message).toBe(`${replica.url} is a replica, which stores nothing`)
    await Promise.all([master.stop(), replica.stop()])
  })

  test('it is too old', async () => {
    const info = 'redis_version:6.0.16\r\nrole:master\r\n'
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        const count = `${data}`.split(/^\*\d/m).length - 1
        const isInfo = `${data}`.includes('INFO')
        socket.write(isInfo ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n'.repeat(count))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { message } = await refusalOf(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(message).toMatch(/is Redis 6\.0\.16, and 6\.2 is the oldest that works$/)
    server.close()
  })
})
