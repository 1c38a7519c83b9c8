import { expect } from 'vitest'
import { leaseMs } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

contract('claim', (test) => {
  test('A claimed job runs: its state, attempt, worker and start say so, and the lease names them.', async (subject) => {
    const id = await subject.add()
    const worker = await subject.register()
    await subject.advance(70)
    const { job, lease } = await subject.claimOne(worker)
    expect(lease).toEqual({ job: id, attempt: 1, worker, isNotification: false, task: job.task, queue: job.queue })
    const stored = await subject.job(id)
    expect(stored).toMatchObject({
      id,
      state: 'running',
      attempt: 1,
      worker,
      startedAt: subject.clock.now(),
      endedBy: null,
    })
    // What a claim tells of the job is a part of what is stored.
    const { slot, ...told } = job
    expect(stored).toMatchObject(told)
    expect([slot, stored.schedule]).toEqual([null, null])
  })

  test('Higher priority comes first, and equal priority comes by arrival.', async (subject) => {
    const priorities = [0, 100, 5, 100, -100, 5]
    await subject.store.enqueue(priorities.map((priority) => newJob({ priority })))
    const worker = await subject.register()
    expect(await subject.claimIds(worker, 4)).toEqual(['j2', 'j4', 'j3', 'j6'])
    expect(await subject.claimIds(worker, 4)).toEqual(['j1', 'j5'])
  })

  test('Jobs of tasks that the worker does not know stay as they are, however many stand before the others.', async (subject) => {
    const foreign = Array.from({ length: 3_000 }, () => newJob({ task: 'foreign', priority: 9 }))
    await subject.store.enqueue(foreign)
    const [mine, other] = await Promise.all([subject.add({ task: 'mine' }), subject.add({ task: 'mine', queue: 'b' })])
    const worker = await subject.register()
    const claim = (tasks?: readonly string[]) =>
      subject.store.claim({ worker, queues: null, limit: 10, ...(tasks === undefined ? {} : { tasks }) })
    expect(await claim([])).toEqual([])
    expect((await claim(['mine', "it's", '"'])).map(({ lease }) => lease.job).sort()).toEqual([mine, other].sort())
    expect(await claim(['mine'])).toEqual([])
    expect(await subject.job('j1')).toMatchObject({ state: 'queued', attempt: 0 })
    expect(await claim(['foreign'])).toHaveLength(10)
    expect(await claim()).toHaveLength(10)
  })

  test('What is queued is counted by task, on some queues or all, but for what is reserved.', async (subject) => {
    const { store } = subject
    const worker = await subject.register()
    await store.enqueue([
      ...Array.from({ length: 3 }, () => newJob({ task: 'many' })),
      newJob({ task: 'few', queue: 'other' }),
      newJob({ task: 'mine', reservedFor: worker }),
      newJob({ task: 'later', dueAt: subject.clock.now() + 1_000 }),
    ])
    expect(await store.queuedByTask(null)).toEqual([
      { task: 'few', count: 1 },
      { task: 'many', count: 3 },
    ])
    expect(await store.queuedByTask(['other', 'none'])).toEqual([{ task: 'few', count: 1 }])
    await store.pauseQueues(['other'])
    expect(await store.queuedByTask(['other'])).toEqual([])
  })

  test('What waits and is of other tasks leaves nothing to do for a worker.', async (subject) => {
    const { store } = subject
    await subject.add({ task: 'foreign' })
    expect(await Promise.all([store.unfinished(null), store.unfinished(null, ['mine'])])).toEqual([true, false])
    expect(await store.unfinished(['default'], ['foreign'])).toBe(true)
    const worker = await subject.register()
    await subject.claimOne(worker)
    expect(await store.unfinished(null, ['mine'])).toBe(true)
  })

  test('A job that is claimed while somebody asks for unfinished ones is one of them.', async (subject) => {
    const { store } = subject
    await subject.add({ task: 'mine' })
    const worker = await subject.register()
    const asked = store.unfinished(null, ['mine'])
    const queues = { shares: [{ name: 'default', weight: 1 }], strict: false }
    const [claims, isUnfinished] = await Promise.all([store.claim({ worker, queues, limit: 1 }), asked])
    expect([claims.length, isUnfinished]).toEqual([1, true])
  })

  test('What a worker knows is kept with it.', async (subject) => {
    const [silent, knowing] = [await subject.register(), await subject.register({ tasks: ['a'] })]
    await subject.store.setTasks(silent, ['b', 'c'])
    expect((await subject.store.workers()).map(({ tasks }) => tasks)).toEqual([['b', 'c'], ['a']])
    await subject.store.setTasks('w99', ['x'])
    expect(knowing).toBe('w2')
  })

  test('A job that comes back keeps its place by arrival.', async (subject) => {
    await subject.store.enqueue([newJob(), newJob()])
    const worker = await subject.register()
    await subject.settle(await subject.claimOne(worker), subject.outcome.released(true))
    expect(await subject.claimIds(worker)).toEqual(['j1', 'j2'])
  })

  test('No more than the limit is taken, and nothing at a limit of 0.', async (subject) => {
    await subject.store.enqueue([newJob(), newJob(), newJob()])
    const worker = await subject.register()
    expect(await subject.claimIds(worker, 0)).toEqual([])
    expect(await subject.claimIds(worker, 2)).toHaveLength(2)
    expect(await subject.claimIds(worker, 2)).toHaveLength(1)
    expect(await subject.claimIds(worker, 2)).toEqual([])
  })

  test('Nobody gets a job that another has, even in the same turn.', async (subject) => {
    await subject.store.enqueue([newJob(), newJob(), newJob()])
    const [a, b] = [await subject.register(), await subject.register()]
    const [ofA, ofB] = await Promise.all([subject.claimIds(a, 2), subject.claimIds(b, 2)])
    expect([...ofA, ...ofB].sort()).toEqual(['j1', 'j2', 'j3'])
  })

  test('A delayed job is not taken before a sweep has queued it.', async (subject) => {
    await subject.add({ dueAt: subject.clock.now() + 1_000 })
    const worker = await subject.register()
    expect(await subject.claimIds(worker)).toEqual([])
    await subject.advance(1_000)
    await subject.sweep()
    expect(await subject.claimIds(worker)).toEqual(['j1'])
  })

  test('A worker that never was, or is gone, gets nothing.', async (subject) => {
    await subject.add()
    const gone = await subject.register()
    await subject.store.deregister(gone)
    expect(await subject.claimIds(gone)).toEqual([])
    expect(await subject.claimIds('w99')).toEqual([])
    expect(await subject.claimIds('nonsense')).toEqual([])
  })

  test("A job's id is no worker's id.", async (subject) => {
    await subject.add()
    const worker = await subject.register()
    expect(await subject.claimIds(worker.replace('w', 'j'))).toEqual([])
  })

  test('A worker whose lease is over gets nothing, though nobody has swept it.', async (subject) => {
    await subject.add()
    const worker = await subject.register()
    await subject.advance(leaseMs)
    expect(await subject.claimIds(worker)).toEqual([])
  })

  test('An expired job is not started, though nobody has swept it.', async (subject) => {
    await subject.add({ expiresAt: subject.clock.now() + 10 })
    await subject.add({ expiresAt: subject.clock.now() + 11 })
    const worker = await subject.register()
    await subject.add({ expiresAt: subject.clock.now() + 10, reservedFor: worker })
    await subject.advance(10)
    expect(await subject.claimIds(worker)).toEqual(['j2'])
  })

  test('A job that was started before it expired runs again after that.', async (subject) => {
    const claim = await subject.start({ expiresAt: subject.clock.now() + 10 })
    await subject.settle(claim, subject.outcome.released(true))
    await subject.advance(10)
    expect(await subject.claimIds(claim.worker)).toEqual([claim.job.id])
  })

  test('A job that was given back as a suspect is claimed as one, until an attempt of it fails by itself.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.released(true, true))
    const [again] = await subject.store.claim({ worker: claim.worker, queues: null, limit: 1 })
    expect(again?.job).toMatchObject({ id: claim.job.id, suspect: true, failures: 0, losses: 0 })
  })

  test('A job that was given back unstarted can still expire.', async (subject) => {
    const claim = await subject.start({ expiresAt: subject.clock.now() + 10 })
    await subject.settle(claim, subject.outcome.released(false))
    await subject.advance(10)
    expect(await subject.claimIds(claim.worker)).toEqual([])
  })
})
