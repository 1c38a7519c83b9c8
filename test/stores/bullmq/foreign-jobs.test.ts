import type { JobsOptions } from 'bullmq'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { Claim } from '../../../src/stores/store.js'
import { until } from '../../support/engines.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { nextEnd, PlainBullmq } from '../../support/plain-bullmq.js'
import { retentionOf } from '../../support/retention.js'

const outcome = outcomesAt(systemClock)
let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

async function claimOne(worker: string): Promise<Claim> {
  await plain.store.maintain()
  const [claim, ...more] = await plain.claim(worker)
  if (claim === undefined || more.length > 0) throw new Error(`${more.length} too many`)
  return claim
}

const page = { limit: 100, after: null }
const idsOf = async (task: string) => (await plain.store.jobs({ task }, page)).items.map(({ id }) => id)
const listed = async () => (await plain.store.jobs({}, page)).items
const sweep = () => plain.store.sweep({ limit: 100, dead: [] })

describe('A job of a plain producer', () => {
  test('runs with its data as the only argument, and its producer hears the result.', async () => {
    const queue = plain.queue('mail')
    const events = await plain.events('mail')
    const added = await queue.add('email.send', { to: 'ann' })
    const { job, lease } = await claimOne(await plain.register())
    expect(job).toMatchObject({
      id: 'j1',
      task: 'email.send',
      argsJson: '[{"to":"ann"}]',
      queue: 'mail',
      maxRetries: 0,
    })
    const heard = added.waitUntilFinished(events, 10_000)
    expect(await plain.store.settle([{ lease, outcome: outcome.completed('{"sent":1}') }])).toEqual(['settled'])
    expect(await heard).toEqual({ sent: 1 })
    expect(await added.getState()).toBe('completed')
  })

  test('fails where ours would, and its producer hears the error.', async () => {
    const queue = plain.queue()
    const events = await plain.events()
    const added = await queue.add('a', {})
    const { lease } = await claimOne(await plain.register())
    const heard = expect(added.waitUntilFinished(events, 10_000)).rejects.toThrow('boom')
    await plain.store.settle([{ lease, outcome: outcome.failed() }])
    await heard
    expect(await plain.store.job(lease.job)).toMatchObject({ state: 'failed', reason: 'error', failures: 1 })
  })

  test('has the retries, the waits, the delay and the priority that it asks for.', async () => {
    const queue = plain.queue()
    const backoff = { type: 'exponential', delay: 250 }
    await queue.add('a', [1, 'two'], { attempts: 5, backoff, delay: 60_000, priority: 7 })
    await plain.store.maintain()
    const [job] = await listed()
    expect(job).toMatchObject({ state: 'scheduled', argsJson: '[1,"two"]', maxRetries: 4, priority: 94 })
    expect(job?.backoff).toMatchObject({ initialDelayMs: 250, exponentialBackoff: true })
    expect((job?.dueAt ?? 0) - (job?.createdAt ?? 0)).toBe(60_000)
  })

  test('is due after its delay, and is tried again as ours are.', async () => {
    const worker = await plain.register()
    await plain.queue().add('a', {}, { delay: 30, attempts: 2 })
    await plain.store.maintain()
    expect(await plain.claim(worker)).toEqual([])
    await until(async () => ((await sweep()).promoted === 1 ? true : undefined))
    const first = await claimOne(worker)
    await plain.store.settle([{ lease: first.lease, outcome: outcome.retry(0) }])
    const second = await claimOne(worker)
    expect(second.job).toMatchObject({ id: first.job.id, attempt: 2, failures: 1, maxRetries: 1 })
    await plain.store.settle([{ lease: second.lease, outcome: outcome.completed() }])
    expect((await plain.store.attempts(first.job.id)).map(({ state }) => state)).toEqual(['failed', 'completed'])
  })

  test('is numbered, counted and shown while it waits, also where only others use the queue.', async () => {
    await plain.queue('theirs').addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {}, opts: { priority: 3 } },
      { name: 'c', data: {}, opts: { delay: 60_000 } },
      { name: 'd', data: {}, opts: { jobId: 'own-id' } },
    ])
    expect(await listed()).toEqual([])
    await plain.store.maintain()
    const jobs = await listed()
    expect(jobs.map(({ task, state }) => `${task} ${state}`).sort()).toEqual([
      'a queued',
      'b queued',
      'c scheduled',
      'd queued',
    ])
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(4)
    const [info] = await plain.store.queues()
    expect(info).toMatchObject({ name: 'theirs', counts: { queued: 3, scheduled: 1 } })
    const last = jobs.find(({ task }) => task === 'b')
    expect(await plain.store.jobsAhead(last?.id ?? '', 10)).toBe(2)
    expect(await plain.store.queuedByTask(null)).toEqual(['a', 'b', 'd'].map((task) => ({ task, count: 1 })))
    await plain.store.maintain()
    expect((await listed()).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id))
  })

  test('that are many are numbered some hundred a call.', async () => {
    await plain.queue().addBulk(Array.from({ length: 1_200 }, (_, index) => ({ name: 'a', data: { index } })))
    const counts: number[] = []
    const count = async () => (await plain.store.jobs({}, { limit: 2_000, after: null })).items.length
    for (let call = 0; call < 4; call++) {
      await plain.store.maintain()
      counts.push(await count())
    }
    expect(counts).toEqual([500, 1_000, 1_200, 1_200])
  })

  test('can be cancelled, retried and removed as ours can.', async () => {
    const { store } = plain
    const queue = plain.queue()
    await queue.add('a', {})
    await store.maintain()
    expect(await store.cancel(['j1'])).toEqual(['cancelled'])
    expect(await store.job('j1')).toMatchObject({ state: 'cancelled' })
    expect(await queue.getJobCounts('failed', 'wait')).toEqual({ failed: 1, wait: 0 })
    expect(await store.retry(['j1'])).toEqual(['retried'])
    const { lease } = await claimOne(await plain.register())
    expect(lease.job).toBe('j1')
    await store.settle([{ lease, outcome: outcome.completed() }])
    expect(await store.remove(['j1'])).toEqual(['removed'])
    expect(await queue.getJobCounts('completed')).toEqual({ completed: 0 })
  })

  test('runs before ours if it has no priority, and by its priority if it has one.', async () => {
    const { store } = plain
    await store.enqueue([newJob({ task: 'ours' }), newJob({ task: 'ours first', priority: 50 })])
    await plain.queue().add('theirs later', {}, { priority: 102 })
    await plain.queue().add('theirs between', {}, { priority: 60 })
    await plain.queue().add('theirs', {})
    const claims = await plain.claim(await plain.register())
    expect(claims.map(({ job }) => job.task)).toEqual([
      'theirs',
      'ours first',
      'theirs between',
      'ours',
      'theirs later',
    ])
  })

  test.each([
    { timestamp: 'never' },
    { timestamp: 1e300 },
    { delay: 1e300 },
    { delay: 1e14 },
    { attempts: 'many', backoff: 'mine' },
    { attempts: -3, backoff: -1 },
    { backoff: { type: 'fixed', delay: 1e300 }, attempts: 1e300 },
  ])('with strange options is shown all the same: %j', async (options) => {
    await plain.queue().add('a', {}, options as JobsOptions)
    await plain.store.maintain()
    const [job] = await listed()
    const times = [job?.createdAt, job?.dueAt].map((at) => new Date(at ?? Number.NaN).getTime())
    expect(times.every(Number.isSafeInteger)).toBe(true)
    expect(job?.maxRetries).toBeLessThanOrEqual(1_000)
    expect(job?.maxRetries).toBeGreaterThanOrEqual(0)
  })

  test('of a job scheduler is left to workers of BullMQ, which add its next job.', async () => {
    const queue = plain.queue()
    await queue.upsertJobScheduler('ticks', { every: 60_000 }, { name: 'tick', data: {} })
    const worker = await plain.register()
    await queue.getDelayed().then(([job]) => job?.promote())
    // A burst would never end.
    const { store } = plain
    expect(await Promise.all([store.unfinished(null), store.unfinished(null, ['tick'])])).toEqual([false, false])
    await store.maintain()
    expect(await store.holdOf((await idsOf('tick'))[0] ?? '')).toEqual({ kind: 'scheduler', name: 'ticks' })
    await queue.add('other', {})
    expect((await claimOne(worker)).job.task).toBe('other')
    await nextEnd(plain.worker(async () => 1))
    expect(await queue.getJobCounts('delayed', 'completed')).toEqual({ delayed: 1, completed: 1 })
  })

  test('that is the parent of others runs after them, and fails with them if it says so.', async () => {
    const flows = plain.flows()
    const child = { name: 'child', queueName: 'default', data: {}, opts: { failParentOnFailure: true } }
    const worker = await plain.register()
    await flows.add({ name: 'parent', queueName: 'default', data: {}, children: [child] })
    const first = await claimOne(worker)
    expect(first.job.task).toBe('child')
    expect((await listed()).map(({ task, state }) => `${task} ${state}`).sort()).toEqual([
      'child running',
      'parent scheduled',
    ])
    expect(await plain.store.holdOf((await idsOf('parent'))[0] ?? '')).toEqual({ kind: 'children', count: 1 })
    await plain.store.settle([{ lease: first.lease, outcome: outcome.completed() }])
    const parent = await claimOne(worker)
    expect(parent.job.task).toBe('parent')
    await plain.store.settle([{ lease: parent.lease, outcome: outcome.completed() }])
    await flows.add({ name: 'parent', queueName: 'default', data: {}, children: [child] })
    const second = await claimOne(worker)
    await plain.store.settle([{ lease: second.lease, outcome: outcome.failed() }])
    expect(await plain.claim(worker)).toEqual([])
    const failed = await plain.store.jobs({ states: ['failed'], task: 'parent' }, page)
    expect(failed.items[0]?.error?.message).toMatch(/^child .* failed$/)
  })

  test('is numbered in its turn, also where many others wait on many queues.', async () => {
    const dueAt = systemClock.now() + 60_000
    for (let queue = 0; queue < 25; queue++) {
      const some = Array.from({ length: 100 }, (_, n) => newJob({ queue: `q${queue}`, ...(n < 50 ? {} : { dueAt }) }))
      await plain.store.enqueue(some)
    }
    await plain.queue('zz').addBulk(Array.from({ length: 250 }, (_, n) => ({ name: `a${n}`, data: {} })))
    const numbered = async () => (await plain.store.jobs({ queue: 'zz' }, { limit: 300, after: null })).items.length
    for (let count = 0; count < 5; count++) await plain.store.maintain()
    expect(await numbered()).toBe(250)
  })

  test.each(['active', 'prioritized', 'delayed', 'completed', 'marker', 'events'])(
    'with the id %s, which BullMQ needs itself, is removed, and keeps no worker from other jobs.',
    async (jobId) => {
      // The first to use a queue writes its events: here, nobody has.
      plain.server.cli('HSET', plain.key(jobId, 'mail'), 'name', 'x', 'data', '{}')
      plain.server.cli('HSET', plain.key('meta', 'mail'), 'opts.maxLenEvents', '10000')
      plain.server.cli('LPUSH', plain.key('wait', 'mail'), jobId)
      await plain.store.enqueue([newJob()])
      expect((await claimOne(await plain.register())).job.queue).toBe('default')
      expect(await plain.store.queues()).toMatchObject([{ name: 'default' }])
      await sweep()
      await plain.store.maintain()
    },
  )

  test('with the id that our next job would get does not swallow ours.', async () => {
    const { store } = plain
    await plain.queue().add('theirs', {}, { jobId: 'j1' })
    const [answer] = await store.enqueue([newJob({ task: 'ours' })])
    expect(answer).toEqual({ id: 'j2', answer: 'created' })
    const claims = await plain.claim(await plain.register())
    expect(claims.map(({ job }) => `${job.id} ${job.task}`).sort()).toEqual(['j2 ours', 'j3 theirs'])
    const ends = claims.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
    expect(await store.settle(ends)).toEqual(['settled', 'settled'])
  })

  test('that others have run is theirs to remove, whatever our retention says.', async () => {
    const queue = plain.queue()
    const worker = plain.worker(null)
    await queue.add('a', {})
    await plain.store.maintain()
    const taken = await worker.getNextJob('token')
    await taken?.moveToCompleted(1, 'token', false)
    await plain.store.prune(retentionOf({ completedMs: 0, most: 0 }), 100)
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed' })
  })
})

describe('A queue that others have limited', () => {
  test('gives our worker no more than its global concurrency.', async () => {
    await plain.queue().setGlobalConcurrency(2)
    await plain.store.enqueue(Array.from({ length: 5 }, () => newJob()))
    const worker = await plain.register()
    const claims = await plain.claim(worker)
    expect(claims.length).toBe(2)
    expect(await plain.claim(worker)).toEqual([])
    expect(await plain.store.holdOf('j3')).toEqual({ kind: 'concurrency', most: 2 })
    await plain.store.settle([{ lease: (claims[0] as Claim).lease, outcome: outcome.completed() }])
    expect((await plain.claim(worker)).length).toBe(1)
  })

  test('gives our worker no more than its global rate.', async () => {
    await plain.queue().setGlobalRateLimit(2, 400)
    await plain.store.enqueue(Array.from({ length: 5 }, () => newJob()))
    const worker = await plain.register()
    expect(await plain.store.holdOf('j3')).toBeNull()
    expect((await plain.claim(worker)).length).toBe(2)
    expect(await plain.store.holdOf('j3')).toEqual({ kind: 'rate', most: 2, perMs: 400 })
    expect(await plain.claim(worker)).toEqual([])
    const more = await until(async () => {
      const claims = await plain.claim(worker)
      return claims.length > 0 ? claims : undefined
    })
    expect(more.length).toBe(2)
  })
})
