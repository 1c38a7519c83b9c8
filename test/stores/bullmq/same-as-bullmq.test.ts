import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

// What ours write for many jobs at once must be what BullMQ writes for one after the other, but for times.
let ours: PlainBullmq
let plain: PlainBullmq
let redis: Redis
beforeEach(async () => {
  ours = await PlainBullmq.open()
  plain = await PlainBullmq.open()
  redis = new Redis(ours.server.port, '127.0.0.1')
})
afterEach(async () => {
  redis.disconnect()
  await Promise.all([ours.close(), plain.close()])
})

const outcome = outcomesAt(systemClock)
const fieldsOfBullmq = [
  ...['name', 'data', 'opts', 'timestamp', 'delay', 'priority', 'processedOn', 'pb', 'ats', 'atm', 'stc'],
  ...['returnvalue', 'finishedOn', 'failedReason', 'stacktrace', 'parent', 'parentKey', 'deid', 'defa', 'rjk'],
]
// The counter of priorities is the number of the job with ours; the other one, a clock of BullMQ's own check.
const notCompared = ['pc', 'stalled-check']

const pairsOf = (flat: readonly string[]) =>
  Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? '', flat[2 * index + 1] ?? ''] as const)
const timeless = (text: string) => text.replaceAll(/\b1[7-9]\d{11}\b/g, 'TIME')

/** Everything that BullMQ has of a queue, by key. */
async function keysOf({ prefix }: PlainBullmq): Promise<Readonly<Record<string, unknown>>> {
  const start = `${prefix}:default:`
  const names = (await redis.keys(`${start}*`)).map((key) => key.slice(start.length)).sort()
  const shown = names.filter((name) => !notCompared.includes(name))
  return Object.fromEntries(await Promise.all(shown.map(async (name) => [name, await shownAs(start + name)])))
}

async function shownAs(key: string): Promise<unknown> {
  const type = await redis.type(key)
  if (type === 'string') return redis.get(key)
  if (type === 'list') return redis.lrange(key, 0, -1)
  if (type === 'set') return (await redis.smembers(key)).sort()
  if (type === 'zset')
    return pairsOf(await redis.zrange(key, '0', '-1', 'WITHSCORES')).map(([id, at]) => [id, timeless(at)])
  if (type === 'stream')
    return (await redis.xrange(key, '-', '+')).map(([, fields]) => fields.map(timeless).join(' ')).sort()
  return key.endsWith(':meta') ? metaOf(key) : hashOf(key)
}

async function metaOf(key: string): Promise<string | null> {
  return redis.hget(key, 'opts.maxLenEvents')
}

async function hashOf(key: string): Promise<object> {
  const fields = pairsOf(Object.entries(await redis.hgetall(key)).flat()).filter(([name]) =>
    fieldsOfBullmq.includes(name),
  )
  return Object.fromEntries(fields.map(([name, text]) => [name, name === 'opts' ? optionsOf(text) : timeless(text)]))
}

/** BullMQ's library repeats the id among the options; its scripts do not read it. */
function optionsOf(text: string): object {
  const { jobId: _, ...others } = JSON.parse(text) as Record<string, unknown>
  return others
}

const options = { priority: 96, attempts: 4, backoff: { type: 'exponential', delay: 1000 } }
const data = { name: 'Ada' }

async function addThree(ids = ['j1', 'j2', 'j3']): Promise<void> {
  await ours.store.enqueue(
    Array.from({ length: 3 }, () =>
      newJob({ task: 'mail', argsJson: JSON.stringify([data]), priority: 5, maxRetries: 3 }),
    ),
  )
  const queue = plain.queue()
  for (const jobId of ids) await queue.add('mail', data, { ...options, jobId })
}

test('Jobs that are added are the same.', async () => {
  await addThree()
  const keys = await keysOf(ours)
  expect(keys).toEqual(await keysOf(plain))
  // So that no emptiness is compared with another.
  expect(Object.keys(keys)).toEqual(['events', 'id', 'j1', 'j2', 'j3', 'marker', 'meta', 'prioritized'])
})

test('Jobs that are started and completed are the same, and so are those that are left.', async () => {
  await addThree()
  const worker = await ours.register()
  const other = plain.worker(null, { autorun: false, name: worker })
  const take = () => other.getNextJob(worker, { block: false })

  const claims = await ours.claim(worker, 2)
  const taken = [await take(), await take()]
  const started = await keysOf(ours)
  expect(started).toEqual(await keysOf(plain))
  expect(started).toMatchObject({ active: ['j2', 'j1'], 'j1:lock': worker, 'j2:lock': worker })

  await ours.store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.completed('42') })))
  for (const job of taken) await job?.moveToCompleted(42, worker, false)
  const ended = await keysOf(ours)
  expect(ended).toEqual(await keysOf(plain))
  expect(ended).toMatchObject({
    completed: [
      ['j1', 'TIME'],
      ['j2', 'TIME'],
    ],
    j1: { returnvalue: '42', atm: '1' },
  })

  const [last] = await ours.claim(worker, 5)
  if (last === undefined) throw new Error('none was left')
  await ours.store.settle([{ lease: last.lease, outcome: outcome.completed('42') }])
  await (await take())?.moveToCompleted(42, worker, false)
  const drained = await keysOf(ours)
  expect(drained).toEqual(await keysOf(plain))
  expect(drained.events).toContain('event drained')
})

test('A queue that is paused wakes no worker of BullMQ for a job.', async () => {
  await ours.queue().pause()
  await plain.queue().pause()
  await addThree()
  expect((await keysOf(ours)).marker).toEqual((await keysOf(plain)).marker)
})

test('A queue at its limit of running jobs wakes no worker of BullMQ for a job.', async () => {
  for (const side of [ours, plain]) await side.queue().setGlobalConcurrency(1)
  await addThree()
  const worker = await ours.register()
  await ours.claim(worker, 2)
  await plain.worker(null, { autorun: false, name: worker }).getNextJob(worker, { block: false })
  expect((await keysOf(ours)).active).toEqual(['j1'])
  for (const side of [ours, plain]) await redis.del(side.key('marker'))
  await addThree(['j4', 'j5', 'j6'])
  for (const side of [ours, plain]) expect(await redis.exists(side.key('marker'))).toBe(0)
})
