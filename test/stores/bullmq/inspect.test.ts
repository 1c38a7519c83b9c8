import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { inspectRedis } from '../../../src/stores/bullmq/inspect.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { RedisServer } from '../../support/redis-server.js'

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' })
})
afterAll(() => server.stop())

const inspected = (url = server.url) => inspectRedis(parseRedisUrl(url, '/'), systemClock)

test('A server says how it writes to disk, and what time it has.', async () => {
  const { appendFsync, aheadMs, server: facts, plainWorkers } = await inspected()
  expect(facts).toMatchObject({ hasAppendOnlyFile: true, maxmemoryPolicy: 'noeviction' })
  expect(appendFsync).toBe('always')
  expect(Math.abs(aheadMs)).toBeLessThan(1_000)
  expect(plainWorkers).toEqual(new Map())
})

test('Workers of BullMQ are seen by the queues that they take jobs from.', async () => {
  const connection = { host: '127.0.0.1', port: server.port }
  const work = async () => {}
  const opened = [
    new Worker('mail', work, { connection }),
    new Worker('mail', work, { connection, name: 'second' }),
    new Worker('other', work, { connection, prefix: 'bull2' }),
    new Queue('reports', { connection }),
  ]
  await Promise.all(opened.map((one) => one.waitUntilReady()))
  expect((await inspected()).plainWorkers).toEqual(new Map([['mail', 2]]))
  expect((await inspected(`${server.url}/1`)).plainWorkers?.size).toBe(0)
  await Promise.all(opened.map((one) => one.close()))
})

test('What a user may not see is unknown.', async () => {
  server.cli('ACL', 'SETUSER', 'app', 'on', '>p', '+@all', '-config', '-client', '~*', '&*')
  const { appendFsync, plainWorkers, server: facts } = await inspected(server.url.replace('//', '//app:p@'))
  expect({ appendFsync, plainWorkers }).toEqual({ appendFsync: null, plainWorkers: null })
  expect(facts.hasAppendOnlyFile).toBe(true)
})
