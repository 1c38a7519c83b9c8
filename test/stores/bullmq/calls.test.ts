import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { Calls, writing } from '../../../src/stores/bullmq/calls.js'
import { type RedisConnection, RedisCutError } from '../../../src/stores/bullmq/connection.js'
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
    // The word of an outage has no number.
    if (args.length < 6) return 'held'
    sent.push([args.at(-3), args.at(-2)])
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

test('One that is asked for all through an outage keeps its number, however long that is: leases stand still.', async () => {
  const clock = movableClock()
  const refused = new StoreUnavailableError('E_STORE_UNAVAILABLE', 'full', null)
  const command = () => Promise.reject(refused)
  const calls = new Calls({ command, clock, sentScripts: new Set() } as unknown as RedisConnection, 'test')
  const unanswered = new Unanswered<string>(calls)
  const numbers: number[] = []
  for (let count = 0; count < 5; count++) {
    const asked = unanswered.ask('ends', (call) => {
      numbers.push(call)
      return calls.writeAs(call, operation, {})
    })
    await expect(asked).rejects.toThrow('full')
    await clock.advance(leaseMs / 2)
  }
  expect(numbers).toEqual([1, 1, 1, 1, 1])
})

test('Behind an outage no call overtakes one that was asked for before.', async () => {
  const clock = movableClock()
  const sent: unknown[] = []
  const answers: (() => void)[] = []
  const cut = new RedisCutError('E_STORE_UNAVAILABLE', 'gone', null)
  let isThere = false
  const command = async (...args: readonly unknown[]) => {
    if (!isThere) throw cut
    if (args.length > 5) sent.push(args.at(-3))
    await new Promise<void>((resolve) => answers.push(resolve))
    return 'done'
  }
  const ready = () => Promise.reject(cut)
  const calls = new Calls({ command, clock, ready, sentScripts: new Set() } as unknown as RedisConnection, 'test')
  await expect(calls.write(operation, {})).rejects.toThrow('gone')
  await clock.advance(leaseMs)
  isThere = true
  const asked: Promise<unknown>[] = []
  const ask = () => asked.push(calls.write(operation, {}))
  const answerOne = async () => {
    await setImmediate()
    answers.shift()?.()
    await setImmediate()
  }
  ask()
  await answerOne()
  ask()
  await answerOne()
  ask()
  for (let count = 0; count < 5; count++) await answerOne()
  await Promise.all(asked)
  expect(sent).toEqual([2, 3, 4])
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
