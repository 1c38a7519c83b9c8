import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

const outcome = outcomesAt(systemClock)
const only = (...names: string[]) => ({ shares: names.map((name) => ({ name, weight: 1 })), strict: true })
const events = () => plain.server.cli('XRANGE', plain.key('events'), '-', '+')

describe('Jobs that are moved at once', () => {
  test('with ids of others, which look like numbers of ours, are not taken for one another.', async () => {
    // Theirs is given the number that the other one has as its id.
    await plain.queue().addBulk([
      { name: 'first', data: {}, opts: { jobId: 'j2' } },
      { name: 'second', data: {}, opts: { jobId: 'j1' } },
    ])
    const worker = await plain.register()
    const claims = await plain.store.claim({ worker, queues: only('default'), limit: 5 })
    expect(claims.map(({ job }) => `${job.id} ${job.task}`)).toEqual(['j1 first', 'j2 second'])
    const ends = claims.map(({ job, lease }) => ({ lease, outcome: outcome.completed(JSON.stringify(job.task)) }))
    expect(await plain.store.settle(ends)).toEqual(['settled', 'settled'])
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed', resultJson: '"first"' })
    expect(await plain.store.job('j2')).toMatchObject({ state: 'completed', resultJson: '"second"' })
  })

  test('end once where the same end is told twice in one call.', async () => {
    await plain.store.enqueue([newJob(), newJob()])
    const worker = await plain.register()
    const [one, two] = await plain.claim(worker)
    if (!one || !two) throw new Error('there are two')
    const answers = await plain.store.settle([
      { lease: one.lease, outcome: outcome.completed('1') },
      { lease: one.lease, outcome: outcome.failed() },
      { lease: two.lease, outcome: outcome.retry(0) },
      { lease: two.lease, outcome: outcome.completed('2') },
      { lease: one.lease, outcome: outcome.completed('3') },
    ])
    expect(answers).toEqual(['settled', 'lost', 'settled', 'lost', 'lost'])
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed', resultJson: '1', error: null, failures: 0 })
    expect((await plain.store.attempts('j1')).map(({ state, error }) => [state, error])).toEqual([['completed', null]])
    expect(await plain.store.job('j2')).toMatchObject({ state: 'queued', failures: 1 })
    expect((await plain.store.attempts('j2')).map(({ state }) => state)).toEqual(['failed'])
  })

  test('leave an empty queue once.', async () => {
    await plain.store.enqueue([newJob(), newJob(), newJob()])
    const worker = await plain.register()
    const [one, two, three] = await plain.claim(worker)
    if (!one || !two || !three) throw new Error('there are three')
    await plain.store.settle([
      { lease: one.lease, outcome: outcome.completed() },
      { lease: two.lease, outcome: outcome.failed() },
      { lease: three.lease, outcome: outcome.failed() },
    ])
    expect(events().match(/drained/g)).toHaveLength(1)
  })

  test.each([
    ['id', ['HSET', 'name', 'x']],
    ...['events', 'meta', 'marker', 'prioritized'].map((key) => [key, ['SET', 'x']] as const),
    ['meta', ['HSET', 'concurrency', 'x']],
  ] as const)(
    'are not stored where the key %s of one of their queues cannot have them.',
    async (key, [command, ...text]) => {
      plain.server.cli(command, plain.key(key, 'b'), ...text)
      const jobs = ['a', 'b', 'c'].map((queue) => newJob({ queue }))
      await expect(plain.store.enqueue(jobs)).rejects.toThrow()
      expect(['a', 'c'].map((queue) => plain.server.cli('EXISTS', plain.key('prioritized', queue)))).toEqual(['0', '0'])
      plain.server.cli('DEL', plain.key(key, 'b'))
      await plain.store.enqueue(jobs)
      const claims = await plain.store.claim({ worker: await plain.register(), queues: only('a', 'b', 'c'), limit: 9 })
      expect(claims.map(({ job }) => job.queue)).toEqual(['a', 'b', 'c'])
    },
  )

  test('stay in their line where they cannot be started.', async () => {
    await plain.store.enqueue(Array.from({ length: 3 }, () => newJob()))
    plain.server.cli('SET', plain.key('active'), 'x')
    const worker = await plain.register()
    await expect(plain.store.claim({ worker, queues: only('default'), limit: 2 })).rejects.toThrow('WRONGTYPE')
    plain.server.cli('DEL', plain.key('active'))
    const claims = await plain.store.claim({ worker, queues: only('default'), limit: 5 })
    expect(claims.map(({ job }) => job.id)).toEqual(['j1', 'j2', 'j3'])
  })

  test.each(['events', 'active', 'marker'])(
    'are started where the key %s of another queue cannot have its jobs.',
    async (key) => {
      await plain.store.enqueue(['a', 'a', 'b', 'b'].map((queue) => newJob({ queue })))
      plain.server.cli('DEL', plain.key(key, 'b'))
      plain.server.cli('SET', plain.key(key, 'b'), 'x')
      const worker = await plain.register()
      const claim = () => plain.store.claim({ worker, queues: only('a', 'b'), limit: 9 })
      const claims = await claim()
      expect(claims.map(({ job }) => job.id)).toEqual(['j1', 'j2'])
      await expect(claim()).rejects.toThrow('WRONGTYPE')
      const ends = claims.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
      expect(await plain.store.settle(ends)).toEqual(['settled', 'settled'])
    },
  )

  test.each(['events', 'completed', 'stalled', 'meta'])(
    'are running until the key %s can have their ends.',
    async (key) => {
      await plain.store.enqueue(['a', 'b', 'c'].map((queue) => newJob({ queue })))
      const worker = await plain.register()
      const claims = await plain.store.claim({ worker, queues: only('a', 'b', 'c'), limit: 5 })
      const ends = claims.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
      plain.server.cli('DEL', plain.key(key, 'b'))
      plain.server.cli('SET', plain.key(key, 'b'), 'x')
      await expect(plain.store.settle(ends)).rejects.toThrow('WRONGTYPE')
      plain.server.cli('DEL', plain.key(key, 'b'))
      expect(await plain.store.settle(ends)).toEqual(['settled', 'settled', 'settled'])
    },
  )

  test.each([
    ['holds something else', 'failed', ['SET', 'x'], 'WRONGTYPE'],
    ['is no number', 'meta', ['HSET', 'concurrency', 'x'], 'nil'],
  ] as const)(
    'have ended where a key %s that only the end of another one needs.',
    async (_, key, [command, ...text], why) => {
      await plain.store.enqueue(['a', 'a', 'b', 'c'].map((queue) => newJob({ queue })))
      const worker = await plain.register()
      const claims = await plain.store.claim({ worker, queues: only('a', 'b', 'c'), limit: 5 })
      const outcomes = [
        outcome.completed(),
        outcome.completed(),
        key === 'failed' ? outcome.failed() : outcome.retry(0),
      ]
      const ends = claims.map(({ lease }, index) => ({ lease, outcome: outcomes[index] ?? outcome.completed() }))
      plain.server.cli(command, plain.key(key, 'b'), ...text)
      await expect(plain.store.settle(ends)).rejects.toThrow(why)
      const states = ['j1', 'j2', 'j4'].map(async (id) => (await plain.store.job(id))?.state)
      expect(await Promise.all(states)).toEqual(['completed', 'completed', 'running'])
      const [{ completed } = { completed: 0 }] = await plain.store.statistics(null)
      expect(completed).toBe(2)
      expect((await plain.store.running(9)).map(({ id }) => id)).toContain('j4')
      plain.server.cli('DEL', plain.key(key, 'b'))
      expect((await plain.store.settle(ends)).at(-1)).toBe('settled')
    },
  )

  test('are taken back from a dead worker where another queue cannot have its own.', async () => {
    await plain.store.enqueue(['b', 'a', 'c'].map((queue) => newJob({ queue })))
    const worker = await plain.register()
    await plain.store.claim({ worker, queues: only('a', 'b', 'c'), limit: 5 })
    plain.server.cli('SET', plain.key('prioritized', 'b'), 'x')
    const sweep = () => plain.store.sweep({ limit: 100, dead: [worker] })
    await sweep().catch(() => {})
    const states = ['j2', 'j3'].map(async (id) => (await plain.store.job(id))?.state)
    expect(await Promise.all(states)).toEqual(['queued', 'queued'])
  })

  test('may be behind others that are passed over.', async () => {
    const expiresAt = systemClock.now() - 1
    await plain.store.enqueue([
      newJob({ task: 'other' }),
      newJob(),
      newJob({ expiresAt }),
      newJob(),
      newJob(),
      newJob(),
    ])
    await plain.queue().add('hello', {}, { jobId: 'foreign', priority: 101 })
    plain.server.cli('ZADD', plain.key('prioritized'), String(101 * 2 ** 32 + 4.5), 'foreign')
    const worker = await plain.register()
    const claim = (limit: number) => plain.store.claim({ worker, queues: only('default'), tasks: ['hello'], limit })
    expect((await claim(2)).map(({ job }) => job.id)).toEqual(['j2', 'j4'])
    const rest = await claim(9)
    expect(rest.map(({ job }) => job.id)).toEqual(['j7', 'j5', 'j6'])
    expect(plain.server.cli('LRANGE', plain.key('active'), '0', '-1').split('\n')).toEqual([
      'j6',
      'j5',
      'foreign',
      'j4',
      'j2',
    ])
    expect(plain.server.cli('ZRANGE', plain.key('prioritized'), '0', '-1').split('\n')).toEqual(['j1', 'j3'])
    const ends = rest.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
    expect(await plain.store.settle(ends)).toEqual(['settled', 'settled', 'settled'])
  })
})
