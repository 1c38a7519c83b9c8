import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

const nothing = { promoted: 0, reclaimed: 0, buried: 0, lostWorkers: [], isPartial: false, nextDueAt: null }

contract('promotion', (test) => {
  test('A sweep of an empty store changes nothing.', async (subject) => {
    expect(await subject.sweep()).toEqual(nothing)
  })

  test('Due jobs are queued, others are not, and the next time is told.', async (subject) => {
    const now = subject.clock.now()
    await subject.store.enqueue([30, 10, 20].map((delay) => newJob({ dueAt: now + delay })))
    expect(await subject.sweep()).toEqual({ ...nothing, nextDueAt: now + 10 })
    await subject.advance(20)
    expect(await subject.sweep()).toEqual({ ...nothing, promoted: 2, nextDueAt: now + 30 })
    const states = await Promise.all(['j1', 'j2', 'j3'].map((id) => subject.job(id)))
    expect(states.map(({ state }) => state)).toEqual(['scheduled', 'queued', 'queued'])
  })

  test('At most the limit is queued, the longest due first.', async (subject) => {
    const now = subject.clock.now()
    await subject.store.enqueue([3, 1, 2, 1].map((delay) => newJob({ dueAt: now + delay })))
    await subject.advance(5)
    expect(await subject.sweep([], 2)).toMatchObject({ promoted: 2, nextDueAt: now + 2 })
    expect(await subject.claimIds(await subject.register())).toEqual(['j2', 'j4'])
    expect(await subject.sweep([], 10)).toMatchObject({ promoted: 2, nextDueAt: null })
  })

  test('One that expired before it was due takes no place within the limit.', async (subject) => {
    const now = subject.clock.now()
    await subject.store.enqueue([newJob({ dueAt: now + 10, expiresAt: now + 5 }), newJob({ dueAt: now + 20 })])
    await subject.advance(30)
    expect(await subject.sweep([], 1)).toMatchObject({ buried: 1, promoted: 1, nextDueAt: null })
    expect(await subject.claimIds(await subject.register())).toEqual(['j2'])
  })

  test('The time since when a promoted job is ready is the time that it was due.', async (subject) => {
    const dueAt = subject.clock.now() + 10
    await subject.add({ dueAt })
    await subject.advance(500)
    await subject.sweep()
    expect(await subject.store.queues()).toMatchObject([{ oldestQueuedAt: dueAt }])
  })
})
