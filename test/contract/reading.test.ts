import { expect } from 'vitest'
import { notificationKey } from '../../src/domain/notification.js'
import { newJob } from '../support/job.js'
import { contract, type Subject } from './harness.js'

contract('reading', (test) => {
  test('A job is found by its id, with or without the letter; nothing else is one.', async (subject) => {
    await subject.add()
    expect((await subject.store.job('j1'))?.id).toBe('j1')
    expect((await subject.store.job('1'))?.id).toBe('j1')
    for (const id of ['j2', 'w1', 'j01', 'j-1', 'j1.0', '', 'j', 'j99999999999999999999', "j1' OR 1"]) {
      expect(await subject.store.job(id), id).toBeNull()
    }
  })

  test('Attempts are all those that began, the first one first, over retries to the end.', async (subject) => {
    const first = await subject.start()
    const next = () => subject.claimOne(first.worker)
    await subject.settle(first, subject.outcome.retry(0))
    await subject.advance(10)
    await subject.settle(await next(), subject.outcome.released(false))
    await subject.settle(await next(), subject.outcome.retry(0, { reason: 'lost', counts: 'loss', endedBy: 'exit' }))
    await subject.settle(await next(), subject.outcome.released(true))
    const running = await next()
    const { id } = first.job
    const before = await subject.store.attempts(id)
    expect(before.map(({ attempt, state, reason }) => [attempt, state, reason])).toEqual([
      [1, 'failed', 'error'],
      [3, 'failed', 'lost'],
      [4, 'released', null],
      [5, 'running', null],
    ])
    expect(before[3]).toEqual({
      attempt: 5,
      state: 'running',
      reason: null,
      startedAt: subject.clock.now(),
      endedAt: null,
      error: null,
      worker: first.worker,
      endedBy: null,
      usage: null,
    })
    await subject.settle(running, subject.outcome.completed())
    expect((await subject.store.attempts(id)).at(-1)).toMatchObject({ attempt: 5, state: 'completed', error: null })
  })

  test('The last attempt of a failed job has its reason and error.', async (subject) => {
    const claim = await subject.start()
    const outcome = subject.outcome.failed({ reason: 'timeout', endedBy: 'killed' })
    await subject.settle(claim, outcome)
    const { startedAt, endedAt, error } = outcome
    expect(await subject.store.attempts(claim.job.id)).toEqual([
      {
        attempt: 1,
        state: 'failed',
        reason: 'timeout',
        startedAt,
        endedAt,
        error,
        worker: claim.worker,
        endedBy: 'killed',
        usage: null,
      },
    ])
  })

  test('A job that was cancelled between retries has the attempts that it made.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.retry(1_000))
    await subject.store.cancel([claim.job.id])
    expect(await subject.store.attempts(claim.job.id)).toMatchObject([{ attempt: 1, state: 'failed' }])
  })

  test('A job that nobody has begun has no attempts, nor has one that is not there.', async (subject) => {
    expect(await subject.store.attempts(await subject.add())).toEqual([])
    expect(await subject.store.attempts('j99')).toEqual([])
    expect(await subject.store.attempts('w1')).toEqual([])
  })

  test('Running jobs come longest-running first, up to the limit.', async (subject) => {
    const ids: string[] = []
    for (let count = 0; count < 3; count++) {
      ids.push((await subject.start()).job.id)
      await subject.advance(10)
    }
    await subject.settle(await subject.start(), subject.outcome.retry(0))
    await subject.add()
    expect((await subject.store.running(10)).map(({ id }) => id)).toEqual(ids)
    expect((await subject.store.running(2)).map(({ id }) => id)).toEqual(ids.slice(0, 2))
  })

  test('Queues come by name, with a count for each state.', async (subject) => {
    expect(await subject.store.queues()).toEqual([])
    const now = subject.clock.now()
    await subject.store.enqueue([
      newJob({ queue: 'b' }),
      newJob({ queue: 'a', dueAt: now + 5 }),
      newJob({ queue: 'b' }),
    ])
    await subject.claimOne(await subject.register())
    const none = { scheduled: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 }
    expect(await subject.store.queues()).toEqual([
      { name: 'a', paused: false, counts: { ...none, scheduled: 1 }, oldestQueuedAt: null },
      { name: 'b', paused: false, counts: { ...none, queued: 1, running: 1 }, oldestQueuedAt: now },
    ])
  })

  test('The oldest queued time of a queue is that of the job that has been ready longest.', async (subject) => {
    const began = subject.clock.now()
    const claim = await subject.start()
    await subject.advance(100)
    await subject.add()
    expect(await subject.store.queues()).toMatchObject([{ oldestQueuedAt: began + 100 }])
    await subject.advance(100)
    await subject.settle(claim, subject.outcome.released(false))
    expect(await subject.store.queues()).toMatchObject([{ oldestQueuedAt: began + 100 }])
    await subject.store.cancel(['j2'])
    expect(await subject.store.queues()).toMatchObject([{ oldestQueuedAt: began + 200 }])
  })

  test('Ahead of a queued job are those of its queue with a higher priority, and those that came before it.', async (subject) => {
    const { store } = subject
    const now = subject.clock.now()
    const own = await subject.register()
    await store.enqueue([
      newJob(),
      newJob({ priority: 1 }),
      newJob({ priority: -1 }),
      newJob({ queue: 'other', priority: 9 }),
      newJob({ priority: 9, dueAt: now + 5 }),
      newJob({ priority: 9, reservedFor: own }),
      newJob(),
    ])
    const ahead = (id: string, most = 100) => store.jobsAhead(id, most)
    expect(await Promise.all(['j1', 'j2', 'j3', 'j4', 'j7'].map((id) => ahead(id)))).toEqual([1, 0, 3, 0, 2])
    expect(await Promise.all([ahead('j3', 2), ahead('j3', 3), ahead('j3', 0)])).toEqual([2, 3, 0])
    expect(await Promise.all(['j5', 'j99', ''].map((id) => ahead(id)))).toEqual([0, 0, 0])
  })

  test('A job says for whom it is reserved, until that worker is gone, and whether it is to be cancelled.', async (subject) => {
    const own = await subject.register()
    const id = await subject.add({ reservedFor: own })
    expect(await subject.job(id)).toMatchObject({ reservedFor: own, cancelRequested: false })
    const claim = await subject.claimOne(own)
    await subject.store.cancel([id])
    expect(await subject.job(id)).toMatchObject({ reservedFor: own, cancelRequested: true })
    await subject.settle(claim, subject.outcome.completed())
    expect(await subject.job(id)).toMatchObject({ reservedFor: own, cancelRequested: false })
    const other = await subject.add({ reservedFor: own })
    await subject.store.deregister(own)
    expect(await subject.job(other)).toMatchObject({ reservedFor: null, cancelRequested: false })
    expect(await subject.job(await subject.add({ reservedFor: own }))).toMatchObject({ reservedFor: null })
  })

  test('Unfinished is what is queued, runs or waits for a retry, on the queues that are asked for.', async (subject) => {
    const { store } = subject
    const unfinished = () =>
      Promise.all([store.unfinished(null), store.unfinished(['q', 'x']), store.unfinished(['y'])])
    expect(await unfinished()).toEqual([false, false, false])
    await subject.add({ queue: 'q', dueAt: subject.clock.now() + 5 })
    expect(await unfinished()).toEqual([false, false, false])
    const claim = await queuedThenRunning(subject, unfinished)
    await subject.settle(claim, subject.outcome.retry(1_000))
    expect(await unfinished()).toEqual([true, true, false])
    expect(await store.unfinished([])).toBe(false)
    await store.cancel([claim.job.id])
    expect(await unfinished()).toEqual([false, false, false])
    await subject.add({ queue: 'y', reservedFor: await subject.register() })
    expect(await unfinished()).toEqual([true, false, true])
  })

  test('A notification is unfinished while it is queued or runs, not while it waits for a retry, whatever task delivers it.', async (subject) => {
    const { store, outcome } = subject
    await subject.add({ task: 'alerts.tell', key: { name: notificationKey('j1', 1), policy: 'skip', forMs: 0 } })
    expect(await store.unfinished(null, ['alerts.tell'])).toBe(true)
    const claim = await subject.claimOne(await subject.register())
    expect(await store.unfinished(null)).toBe(true)
    await subject.settle(claim, outcome.retry(1_000))
    expect(await store.unfinished(null)).toBe(false)
    await subject.advance(2_000)
    await subject.sweep()
    expect(await store.unfinished(null)).toBe(true)
  })
})

async function queuedThenRunning(subject: Subject, unfinished: () => Promise<boolean[]>) {
  await subject.add({ queue: 'q' })
  expect(await unfinished()).toEqual([true, true, false])
  const claim = await subject.claimOne(await subject.register())
  expect(await unfinished()).toEqual([true, true, false])
  return claim
}
