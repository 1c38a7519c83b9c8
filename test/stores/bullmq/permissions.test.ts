import { expect, test } from 'vitest'
import type { Clock } from '../../../src/domain/clock.js'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../../src/stores/bullmq/store.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob } from '../../support/job.js'
import { sharedRedis } from '../../support/redis-server.js'

async function asUser(name: string, rules: readonly string[], use: (store: Store) => Promise<void>): Promise<void> {
  const server = await sharedRedis()
  server.cli('ACL', 'SETUSER', name, 'reset', 'on', '>secret', ...rules)
  const location = parseRedisUrl(`redis://${name}:secret@127.0.0.1:${server.port}?prefix=${name}`, process.cwd())
  const store = openRedisStore(await connectRedis(location, systemClock), location, systemClock)
  try {
    await use(store)
  } finally {
    await store.close()
  }
}

test('A user with the keys of the prefix and without its channel stores jobs, and gets their answers.', async () => {
  await asUser('keys', ['~keys:*', '+@all'], async (store) => {
    expect(await store.enqueue([newJob()])).toEqual([{ id: 'j1', answer: 'created' }])
    expect(await store.cancel(['j1'])).toEqual(['cancelled'])
  })
})

test('A user without the channel is not refused each second in each process.', async () => {
  const server = await sharedRedis()
  server.cli('ACL', 'SETUSER', 'deaf', 'reset', 'on', '>secret', '~deaf:*', '+@all')
  const pauses: number[] = []
  const sleep: Clock['sleep'] = (ms, signal) => {
    pauses.push(ms)
    return systemClock.sleep(ms, signal)
  }
  const idle = { ...systemClock, sleep }
  const location = parseRedisUrl(`redis://deaf:secret@127.0.0.1:${server.port}?prefix=deaf`, process.cwd())
  const store = openRedisStore(await connectRedis(location, systemClock, idle), location, systemClock)
  store.changes()
  await expect.poll(() => Math.max(0, ...pauses), { timeout: 5_000 }).toBeGreaterThan(10_000)
  await store.close()
})

test.each([
  ['others', ['~other:*', '&*', '+@all']],
  ['noscripts', ['~noscripts:*', '&*', '+@all', '-evalsha', '-eval']],
  ['readers', ['%R~readers:*', '&*', '+@all']],
])('A user without the rights is told so, and nothing is stored: %s.', async (name, rules) => {
  await asUser(name, rules, async (store) => {
    await expect(store.enqueue([newJob()])).rejects.toMatchObject({
      code: 'E_STORE_UNAVAILABLE',
      message: expect.stringContaining('its user may not do this (NOPERM)'),
      hint: expect.stringContaining('allow the user'),
    })
  })
})
