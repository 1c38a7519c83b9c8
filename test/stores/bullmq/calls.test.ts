import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { Calls, writing } from '../../../src/stores/bullmq/calls.js'
import type { RedisConnection } from '../../../src/stores/bullmq/connection.js'
import { Unanswered } from '../../../src/stores/bullmq/unanswered.js'
import { leaseMs } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newJob } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'
import { redisStore } from '../../support/redis-store.js'

const operation = writing('test', `return 'done'`, null)

/** A connection on which the first call is refused, and which tells the number and the lowest open number of each. */
function countingConnection() {
  const clock = movableClock()
  const sent: (readonly [call: unknown, low: unknown])[] = []
  const command = async (...args: readonly unknown[]) => {
    sent.push([args.at(-2), args.at(-1)])
    if (sent.length === 1) throw new StoreUnavailableError('E_STORE_UNAVAILABLE', 'full', null)
    return 'done'
  }
  const calls = new Calls({ command, clock, sentScripts: new Set() } as unknown as RedisConnection, 'test')
  return { clock, sent, calls, unanswered: new Unanswered<string>(calls) }
}

test('A call that is not asked for again is given up after a lease, and its number with it.', async () => {
  const { clock, sent, calls, unanswered } = countingConnection()
  await expect(unanswered.ask('w1', (call) => calls.writeAs(call, operation, {}))).rejects.toThrow('full')
  await calls.write(operation, {})
  await clock.advance(leaseMs)
  await calls.write(operation, {})
  expect(sent).toEqual([
    [1, 1],
    [2, 1],
    [3, 3],
  ])
})

test('One that is being asked for again keeps its number, however long that takes.', async () => {
  const { clock, sent, calls, unanswered } = countingConnection()
  await expect(unanswered.ask('w1', (call) => calls.writeAs(call, operation, {}))).rejects.toThrow('full')
  await unanswered.ask('w1', async (call) => {
    await clock.advance(2 * leaseMs)
    await calls.write(operation, {})
    await calls.writeAs(call, operation, {})
  })
  expect(sent).toEqual([
    [1, 1],
    [2, 1],
    [1, 1],
  ])
})

test('Redis keeps the answers of a client for ten minutes after its last call, however seldom it calls.', async () => {
  const server = await RedisServer.start()
  const store = await redisStore(server.url)
  await store.enqueue([newJob()])
  const key = server.cli('KEYS', 'bull::calls:*')
  server.cli('PEXPIRE', key, '1000')
  await store.enqueue([newJob()])
  expect(Number(server.cli('PTTL', key))).toBeGreaterThan(590_000)
  await store.close()
  await server.stop()
})
