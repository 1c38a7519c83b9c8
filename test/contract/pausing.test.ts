import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { noVitals } from '../support/vitals.js'
import { contract } from './harness.js'

contract('pausing', (test) => {
  test('A paused queue gives nothing, however it is asked; the others go on.', async (subject) => {
    await subject.store.enqueue(['a', 'b', 'a'].map((queue) => newJob({ queue })))
    const worker = await subject.register()
    expect(await subject.store.pauseQueues(['a'])).toEqual(['paused'])
    expect(await subject.claimIds(worker, 10, ['a'])).toEqual([])
    expect(await subject.claimIds(worker, 10, [])).toEqual([])
    const strict = { shares: ['a', 'b'].map((name) => ({ name, weight: 1 })), strict: true }
    expect(await subject.claimIds(worker, 10, strict)).toEqual(['j2'])
    expect(await subject.claimIds(worker)).toEqual([])
    expect(await subject.store.resumeQueues(['a'])).toEqual(['resumed'])
    expect(await subject.claimIds(worker)).toEqual(['j1', 'j3'])
  })

  test('A queue can be paused before it has jobs, and is a queue then.', async (subject) => {
    await subject.store.pauseQueues(['later'])
    const none = { scheduled: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 }
    expect(await subject.store.queues()).toEqual([{ name: 'later', paused: true, counts: none, oldestQueuedAt: null }])
    await subject.add({ queue: 'later' })
    await subject.add({ queue: 'early' })
    expect(await subject.claimIds(await subject.register())).toEqual(['j2'])
    expect(await subject.store.queues()).toMatchObject([
      { name: 'early', paused: false },
      { name: 'later', paused: true, counts: { queued: 1 } },
    ])
    await subject.store.resumeQueues(['later'])
    expect(await subject.store.queues()).toMatchObject([{ paused: false }, { paused: false }])
  })

  test('Answers come in the order of the names; paused twice is paused since the first time.', async (subject) => {
    const since = subject.clock.now()
    expect(await subject.store.pauseQueues(['b', 'a', 'b'])).toEqual(['paused', 'paused', 'unchanged'])
    await subject.advance(100)
    expect(await subject.store.pauseQueues(['c', 'a'])).toEqual(['paused', 'unchanged'])
    expect(await subject.store.pausedQueues()).toEqual([
      { name: 'a', pausedAt: since },
      { name: 'b', pausedAt: since },
      { name: 'c', pausedAt: since + 100 },
    ])
    expect(await subject.store.resumeQueues(['x', 'a', 'a'])).toEqual(['unchanged', 'resumed', 'unchanged'])
    expect(await subject.store.pauseQueues([])).toEqual([])
    expect(await subject.store.resumeQueues([])).toEqual([])
    expect((await subject.store.pausedQueues()).map(({ name }) => name)).toEqual(['b', 'c'])
  })

  test('What runs goes on and ends; its retry waits.', async (subject) => {
    const claim = await subject.start()
    await subject.store.pauseQueues(['default'])
    expect(await subject.store.beat(claim.worker, noVitals)).toBe(true)
    expect(await subject.settle(claim, subject.outcome.retry(0))).toBe('settled')
    expect(await subject.claimIds(claim.worker)).toEqual([])
    await subject.store.resumeQueues(['default'])
    expect(await subject.settle(await subject.claimOne(claim.worker), subject.outcome.completed())).toBe('settled')
  })

  test('Due jobs are queued and expired ones fail, on a paused queue too.', async (subject) => {
    const now = subject.clock.now()
    await subject.store.pauseQueues(['default'])
    await subject.store.enqueue([newJob({ dueAt: now + 10 }), newJob({ expiresAt: now + 10 })])
    await subject.advance(10)
    expect(await subject.sweep()).toMatchObject({ promoted: 1, buried: 1 })
    expect(await subject.claimIds(await subject.register())).toEqual([])
    expect(await subject.job('j1')).toMatchObject({ state: 'queued' })
  })

  test('What is reserved for a worker still runs, its retry too.', async (subject) => {
    const own = await subject.register()
    await subject.store.pauseQueues(['default'])
    await subject.store.enqueue([newJob(), newJob({ reservedFor: own })])
    const claim = await subject.claimOne(own)
    expect(claim.job.id).toBe('j2')
    await subject.settle(claim, subject.outcome.retry(0))
    expect(await subject.claimIds(own)).toEqual(['j2'])
  })

  test('Once its worker is gone it is like any other job of the queue.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    await subject.add({ reservedFor: own })
    await subject.store.pauseQueues(['default'])
    await subject.store.deregister(own)
    expect(await subject.claimIds(other)).toEqual([])
  })

  test('No worker waits for jobs on a paused queue.', async (subject) => {
    const { store } = subject
    await subject.start({ queue: 'a' })
    await store.enqueue([newJob({ queue: 'a' }), newJob({ queue: 'b' })])
    const unfinished = () => Promise.all([store.unfinished(null), store.unfinished(['a']), store.unfinished(['b'])])
    expect(await unfinished()).toEqual([true, true, true])
    await store.pauseQueues(['a'])
    expect(await unfinished()).toEqual([true, false, true])
    await store.pauseQueues(['b'])
    expect(await unfinished()).toEqual([false, false, false])
    await store.resumeQueues(['a'])
    expect(await unfinished()).toEqual([true, true, false])
  })

  test('A resume wakes workers that wait for work, and so does a pause.', async (subject) => {
    const { store } = subject
    await subject.add()
    const wait = () => store.changes().next(3_600_000)
    const waits = wait()
    await store.pauseQueues(['default'])
    await waits
    const worker = await subject.register()
    expect(await subject.claimIds(worker)).toEqual([])
    const again = wait()
    await store.resumeQueues(['default'])
    await again
    expect(await subject.claimIds(worker)).toEqual(['j1'])
  })

  test('A queue that was paused has nothing to catch up with.', async (subject) => {
    await subject.store.enqueue(['a', 'b'].flatMap((queue) => Array.from({ length: 20 }, () => newJob({ queue }))))
    const worker = await subject.register()
    await subject.store.pauseQueues(['a'])
    for (let turn = 0; turn < 10; turn++) expect((await subject.claimOne(worker)).job.queue).toBe('b')
    await subject.store.resumeQueues(['a'])
    const claims = await subject.claim(worker, 4)
    expect(claims.filter(({ job }) => job.queue === 'a')).toHaveLength(2)
  })

  test('A queue is still paused when the store is opened again.', async (subject) => {
    await subject.add()
    await subject.store.pauseQueues(['default', 'empty'])
    const store = await subject.reopen()
    expect((await store.pausedQueues()).map(({ name }) => name)).toEqual(['default', 'empty'])
  })
})
