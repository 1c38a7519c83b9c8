import { Worker } from 'bullmq'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkRedis, pageOfLimits } from '../../../src/app/doctor/redis.js'
import { systemClock } from '../../../src/engine/clock.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import { newJob } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' })
})
afterAll(() => server.stop())

const checked = (url = server.url) => checkRedis(parseRedisUrl(url, '/'), null)

async function withSetting(name: string, value: string, usual: string, use: () => Promise<void>): Promise<void> {
  server.cli('CONFIG', 'SET', name, value)
  try {
    await use()
  } finally {
    server.cli('CONFIG', 'SET', name, usual)
  }
}

test('A server that loses nothing has no trouble.', async () => {
  const server =
    /^redis:\/\/127\.0\.0\.1:\d+ Redis \d+\.\d+\.\d+, append-only file with appendfsync always, [\d.]+ [KM]B, clock -?\d+ ms ahead$/
  expect(await checked()).toEqual([{ status: 'ok', message: expect.stringMatching(server), fix: null }, pageOfLimits])
})

test.each([
  ['appendonly', 'no', 'yes', 'all since its last snapshot is lost'],
  ['appendfsync', 'everysec', 'always', 'a power loss takes about the last second of acknowledged jobs'],
  ['appendfsync', 'no', 'always', 'a power loss takes about half a minute of acknowledged jobs'],
  ['maxmemory', '1mb', '0', 'the memory of Redis is nearly full'],
])('%s %s is a warning.', (name, value, usual, message) =>
  withSetting(name, value, usual, async () => {
    const warning = { status: 'warning', message: expect.stringContaining(message), fix: expect.any(String) }
    expect(await checked()).toEqual([warning, pageOfLimits])
  }),
)

test('What Redis forbids to look at is said.', async () => {
  server.cli('ACL', 'SETUSER', 'app', 'on', '>p', '+@all', '-config', '-client', '~*', '&*')
  const troubles = await checked(server.url.replace('//', '//app:p@'))
  expect(troubles).toEqual([
    { status: 'warning', message: expect.stringContaining('CONFIG is forbidden'), fix: expect.any(String) },
    { status: 'warning', message: expect.stringContaining('CLIENT is forbidden'), fix: expect.any(String) },
    pageOfLimits,
  ])
})

test('Workers of BullMQ on our queues are named, and those on queues of others are not.', async () => {
  const store = await openMemoryStore(systemClock)
  await store.enqueue([newJob({ queue: 'mail' })])
  const connection = { host: '127.0.0.1', port: server.port }
  const workers = ['mail', 'other'].map((queue) => new Worker(queue, async () => {}, { connection }))
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  const message = '1 worker of BullMQ takes jobs from mail: no timeout, cancel or statistics for those'
  expect(await checkRedis(parseRedisUrl(server.url, '/'), store)).toEqual([
    { status: 'warning', message, fix: expect.any(String) },
    pageOfLimits,
  ])
  await Promise.all([store.close(), ...workers.map((worker) => worker.close())])
})
