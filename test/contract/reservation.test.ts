import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

contract('reservation', (test) => {
  test('A reserved job is for its worker only, and before all others.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    await subject.store.enqueue([newJob({ priority: 100 }), newJob({ reservedFor: own })])
    expect(await subject.claimIds(other)).toEqual(['j1'])
    await subject.add({ priority: 100 })
    expect(await subject.claimIds(own, 1)).toEqual(['j2'])
  })

  test('A worker of no queue gets what is reserved for it, whatever its queue, and nothing else.', async (subject) => {
    const own = await subject.register({ queues: [] })
    await subject.store.enqueue([newJob(), newJob({ reservedFor: own, queue: 'elsewhere' })])
    expect(await subject.claimIds(own, 10, [])).toEqual(['j2'])
  })

  test('Reserved jobs come by priority and arrival, and count against the limit.', async (subject) => {
    const own = await subject.register()
    await subject.store.enqueue([newJob({ reservedFor: own }), newJob({ reservedFor: own, priority: 3 }), newJob()])
    expect(await subject.claimIds(own, 2)).toEqual(['j2', 'j1'])
    expect(await subject.claimIds(own, 2)).toEqual(['j3'])
  })

  test('Retries stay reserved.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    await subject.add({ reservedFor: own })
    await subject.settle(await subject.claimOne(own), subject.outcome.retry(0))
    expect(await subject.claimIds(other)).toEqual([])
    expect(await subject.claimIds(own)).toEqual(['j1'])
  })

  test('The reservation is void when the worker is swept as dead: queued, delayed and running jobs.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    await subject.add({ reservedFor: own })
    await subject.claimOne(own)
    const dueAt = subject.clock.now() + 10
    await subject.store.enqueue([newJob({ reservedFor: own }), newJob({ reservedFor: own, dueAt })])
    await subject.sweep([own])
    await subject.advance(10)
    await subject.sweep()
    expect(await subject.claimIds(other)).toEqual(['j1', 'j2', 'j3'])
  })

  test('The reservation is void when the worker deregisters.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    await subject.add({ reservedFor: own })
    await subject.claimOne(own)
    await subject.add({ reservedFor: own })
    await subject.store.deregister(own)
    expect(await subject.claimIds(other)).toEqual(['j1', 'j2'])
  })
})
