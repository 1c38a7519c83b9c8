import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { jobsPerBucket } from '../../../src/stores/bullmq/lua/places.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

const outcome = outcomesAt(systemClock)
let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

/** What a key of ours has. */
const own = (...command: readonly [string, string, ...string[]]) =>
  plain.server.cli(command[0], `${plain.prefix}::${command[1]}`, ...command.slice(2))

async function counts() {
  return (await plain.store.queues())[0]?.counts
}

describe('What others do with the means of BullMQ', () => {
  test('A job that they removed is forgotten, and its key is free.', async () => {
    const key = { name: 'k', policy: 'error', forMs: 60_000 } as const
    await plain.store.enqueue([newJob({ key }), newJob()])
    await (await plain.queue().getJob('j1'))?.remove()
    expect(await plain.store.job('j1')).toBeNull()
    await plain.store.maintain()
    expect(own('HKEYS', 'where:0')).toBe('2')
    expect(own('HLEN', 'keys')).toBe('0')
    expect(await plain.store.enqueue([newJob({ key })])).toEqual([{ id: 'j3', answer: 'created' }])
  })

  test('A job of which they removed only the hash is counted nowhere, whatever its state was.', async () => {
    const worker = await plain.register()
    await plain.store.enqueue([newJob(), newJob(), newJob()])
    const [ended] = await plain.store.claim({ worker, queues: null, limit: 2 })
    if (ended === undefined) throw new Error('nothing to claim')
    await plain.store.settle([{ lease: ended.lease, outcome: outcome.completed() }])
    await plain.store.enqueue([newJob({ dueAt: systemClock.now() + 60_000 })])
    expect(await counts()).toMatchObject({ scheduled: 1, queued: 1, running: 1, completed: 1 })
    for (const id of ['j1', 'j2', 'j3', 'j4']) plain.server.cli('DEL', `${plain.prefix}:default:${id}`)
    await plain.store.maintain()
    expect(await counts()).toBeUndefined()
    expect(await plain.store.unfinished(null)).toBe(false)
  })

  test('A job of which they removed only the hash is not made anew when it is due.', async () => {
    await plain.store.enqueue([newJob({ dueAt: systemClock.now() + 60_000 })])
    plain.server.cli('DEL', `${plain.prefix}:default:j1`)
    plain.server.cli('ZADD', `${plain.prefix}:default:delayed`, '4096', 'j1')
    await plain.store.sweep({ limit: 10, dead: [] })
    expect(plain.server.cli('EXISTS', `${plain.prefix}:default:j1`)).toBe('0')
    expect(await counts()).toBeUndefined()
  })

  test('A cancelled job that they put back is counted as queued, and as cancelled no more.', async () => {
    await plain.store.enqueue([newJob(), newJob()])
    await plain.store.cancel(['j1', 'j2'])
    await (await plain.queue().getJob('j1'))?.retry()
    await plain.store.maintain()
    expect(await counts()).toMatchObject({ queued: 1, cancelled: 1, failed: 0 })
    expect(await plain.store.job('j1')).toMatchObject({ state: 'queued' })
  })

  test('A line of reserved jobs that is empty by their doing is looked at no more.', async () => {
    const worker = await plain.register()
    await plain.store.enqueue([newJob({ reservedFor: worker })])
    expect(own('SMEMBERS', 'lines')).toBe(`${worker}:default`)
    own('DEL', `line:${worker}:default`)
    await plain.store.maintain()
    expect(own('SMEMBERS', 'lines')).toBe('')
  })

  test('A store that they emptied is looked after from its beginning.', async () => {
    for (const queue of ['a', 'b', 'c']) {
      await plain.store.enqueue(Array.from({ length: 900 }, () => newJob({ queue })))
    }
    await plain.store.maintain()
    const remove = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end`
    plain.server.cli('EVAL', remove, '0', `${plain.prefix}:*`)
    await plain.queue('a').add('theirs', {})
    await plain.store.maintain()
    await plain.store.maintain()
    expect((await plain.store.jobs({}, { limit: 10, after: null })).items).toMatchObject([{ id: 'j1', task: 'theirs' }])
    await (await plain.queue('a').getJob((await plain.queue('a').getJobs())[0]?.id ?? ''))?.remove()
    for (let count = 0; count < 2; count++) await plain.store.maintain()
    expect(own('HLEN', 'where:0')).toBe('0')
  })

  test('The oldest queued job is none that their workers have taken.', async () => {
    const dueAt = systemClock.now()
    await plain.store.enqueue([newJob({ dueAt: dueAt - 5_000 }), newJob({ dueAt })])
    await plain.worker(null).getNextJob('token')
    const [queue] = await plain.store.queues()
    expect(queue?.counts).toMatchObject({ queued: 1, running: 1 })
    expect(queue?.oldestQueuedAt).toBeGreaterThanOrEqual(dueAt)
  })
})

describe('Many jobs', () => {
  test('are listed in full pages, over all that a script looks at and over removed ones.', async () => {
    for (let count = 0; count < 4; count++) {
      await plain.store.enqueue(Array.from({ length: 400 }, (_, n) => newJob({ task: n === 0 ? 'rare' : 'common' })))
    }
    const worker = await plain.register()
    const claims = await plain.claim(worker, 1_100)
    await plain.store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.completed() })))
    await plain.store.remove(claims.slice(0, 1_050).map(({ job }) => job.id))
    const numbers: number[] = []
    for (let after: string | null = null; ; ) {
      const page = await plain.store.jobs({}, { limit: 120, after })
      numbers.push(...page.items.map(({ id }) => Number(id.slice(1))))
      after = page.next
      if (after === null) break
      expect(page.items).toHaveLength(120)
    }
    expect(numbers).toEqual(Array.from({ length: 550 }, (_, index) => 1_600 - index))
    const rare = await plain.store.jobs({ task: 'rare' }, { limit: 10, after: null })
    expect(rare.items.map(({ id }) => id)).toEqual(['j1201'])
    expect(rare.next).toBeNull()
  })

  test('are walked through from the first ones that are left.', async () => {
    await plain.store.enqueue(Array.from({ length: 1_100 }, () => newJob()))
    const ids = Array.from({ length: 1_050 }, (_, index) => `j${index + 1}`)
    await plain.store.cancel(ids)
    await plain.store.remove(ids)
    await plain.store.maintain()
    expect(own('GET', 'lowest')).toBe(String(Math.floor(1_050 / jobsPerBucket)))
    expect((await plain.store.jobs({}, { limit: 100, after: null })).items).toHaveLength(50)
  })

  test('are counted by task, and running ones listed, some hundred a call.', async () => {
    await plain.store.enqueue(Array.from({ length: 2_300 }, (_, n) => newJob({ task: n % 2 === 0 ? 'even' : 'odd' })))
    expect(await plain.store.queuedByTask(null)).toEqual([
      { task: 'even', count: 1_150 },
      { task: 'odd', count: 1_150 },
    ])
    expect(await plain.store.unfinished(null, ['other'])).toBe(false)
    await plain.store.enqueue([newJob({ task: 'last', priority: -100 })])
    expect(await plain.store.unfinished(null, ['last'])).toBe(true)
    await plain.claim(await plain.register(), 250)
    const running = await plain.store.running(230)
    expect(running.map(({ id }) => id)).toEqual(Array.from({ length: 230 }, (_, index) => `j${index + 1}`))
  })
})
