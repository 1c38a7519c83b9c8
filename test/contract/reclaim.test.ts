import { expect } from 'vitest'
import { maxLosses } from '../../src/domain/job.js'
import { leaseMs } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

const nothing = { promoted: 0, reclaimed: 0, buried: 0, lostWorkers: [], isPartial: false, nextDueAt: null }

contract('reclaim', (test) => {
  test('The jobs of a dead worker are queued again at once, a loss each, and the worker is gone.', async (subject) => {
    const claim = await subject.start()
    const { id, startedAt } = await subject.job(claim.job.id)
    await subject.advance(1_000)
    const lostWorkers = [{ worker: claim.worker, jobs: [id] }]
    expect(await subject.sweep([claim.worker])).toEqual({ ...nothing, reclaimed: 1, lostWorkers })
    expect(await subject.sweep([claim.worker])).toEqual(nothing)
    expect(await subject.job(id)).toMatchObject({
      state: 'queued',
      attempt: 1,
      failures: 0,
      losses: 1,
      lossesAlone: 0,
      postponements: 0,
      dueAt: subject.clock.now(),
      error: { name: 'WorkerLost' },
      endedBy: 'lost',
    })
    expect(await subject.store.attempts(id)).toMatchObject([
      { attempt: 1, state: 'failed', reason: 'lost', startedAt, endedAt: subject.clock.now(), worker: claim.worker },
    ])
    expect(await subject.store.workers()).toEqual([])
  })

  test('A worker whose lease is over is swept without being named.', async (subject) => {
    const claim = await subject.start()
    await subject.advance(leaseMs - 1)
    expect(await subject.sweep()).toEqual(nothing)
    await subject.advance(1)
    const lostWorkers = [{ worker: claim.worker, jobs: [claim.job.id] }]
    expect(await subject.sweep()).toEqual({ ...nothing, reclaimed: 1, lostWorkers })
    expect((await subject.job(claim.job.id)).losses).toBe(1)
  })

  test('A worker that is named twice, or is over and named too, is swept once.', async (subject) => {
    const claim = await subject.start()
    await subject.advance(leaseMs)
    expect(await subject.sweep([claim.worker, claim.worker])).toMatchObject({ reclaimed: 1 })
    expect((await subject.job(claim.job.id)).losses).toBe(1)
  })

  test('Dead workers that never were change nothing.', async (subject) => {
    await subject.start()
    expect(await subject.sweep(['w99', 'nonsense', ''])).toEqual(nothing)
    expect(await subject.store.workers()).toHaveLength(1)
  })

  test('Living workers and their jobs are left alone.', async (subject) => {
    const living = await subject.start()
    const dead = await subject.start()
    await subject.sweep([dead.worker])
    expect((await subject.job(living.job.id)).state).toBe('running')
    expect(await subject.settle(living, subject.outcome.completed())).toBe('settled')
  })

  test('At most the limit is taken back at once, and the worker stays until it holds nothing.', async (subject) => {
    const worker = await subject.register()
    await subject.store.enqueue([newJob(), newJob(), newJob()])
    await subject.claim(worker)
    await subject.advance(leaseMs)
    expect(await subject.sweep([], 2)).toMatchObject({ reclaimed: 2 })
    expect(await subject.store.workers()).toHaveLength(1)
    expect(await subject.sweep([], 2)).toMatchObject({ reclaimed: 1 })
    expect(await subject.store.workers()).toEqual([])
  })

  test('Two sweeps at once take back each job once, and leave none with a worker that is gone.', async (subject) => {
    await subject.store.enqueue(Array.from({ length: 5 }, () => newJob()))
    const worker = await subject.register()
    await subject.claim(worker)
    const swept = await Promise.all([subject.sweep([worker], 2), subject.sweep([worker], 2)])
    while ((await subject.sweep([worker], 2)).isPartial);
    expect(await subject.store.queues()).toMatchObject([{ counts: { queued: 5, running: 0 } }])
    expect(swept.flatMap(({ lostWorkers }) => lostWorkers.flatMap(({ jobs }) => jobs))).toHaveLength(
      swept.reduce((sum, { reclaimed }) => sum + reclaimed, 0),
    )
    expect(await subject.store.workers()).toEqual([])
  })

  test('After ten losses the job is failed as lost.', async (subject) => {
    const id = await subject.add()
    for (let loss = 1; loss < maxLosses; loss++) {
      const worker = await subject.register()
      await subject.claimOne(worker)
      expect(await subject.sweep([worker])).toMatchObject({ reclaimed: 1, buried: 0 })
    }
    const last = await subject.register()
    await subject.claimOne(last)
    expect(await subject.sweep([last])).toMatchObject({ reclaimed: 0, buried: 1 })
    expect(await subject.job(id)).toMatchObject({ state: 'failed', reason: 'lost', losses: 10, failures: 0 })
    expect(await subject.store.attempts(id)).toHaveLength(10)
    expect(await subject.store.workers()).toEqual([])
  })

  test('Dead workers are no suspicion: the job counts no loss of its own, however many.', async (subject) => {
    const id = await subject.add()
    for (let loss = 1; loss <= 5; loss++) {
      const worker = await subject.register()
      await subject.claimOne(worker)
      await subject.sweep([worker])
    }
    expect(await subject.job(id)).toMatchObject({ state: 'queued', losses: 5, lossesAlone: 0 })
  })

  test('A job that was asked to stop is cancelled when its worker is dead.', async (subject) => {
    const claim = await subject.start()
    await subject.store.cancel([claim.job.id])
    await subject.sweep([claim.worker])
    expect(await subject.job(claim.job.id)).toMatchObject({ state: 'cancelled', losses: 1 })
  })
})
