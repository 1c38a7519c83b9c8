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

  test('It is void for jobs too that are enqueued while the worker deregisters.', async (subject) => {
    const worker = await subject.register()
    const gone = subject.store.deregister(worker)
    const adding: Promise<unknown>[] = []
    for (let count = 0; count < 40; count++) {
      adding.push(subject.store.enqueue([newJob({ reservedFor: worker })]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all([gone, ...adding])
    expect(await subject.claim(await subject.register())).toHaveLength(40)
  })

  test('Jobs that end with their worker fail as lost when it is swept as dead, and count as failed; retries do not help.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    const bound = { reservedFor: own, lostWithWorker: true, maxRetries: 5 }
    await subject.add(bound)
    await subject.claimOne(own)
    const dueAt = subject.clock.now() + 10
    await subject.store.enqueue([newJob(bound), newJob({ ...bound, dueAt }), newJob({ reservedFor: own })])
    expect(await subject.sweep([own])).toMatchObject({ reclaimed: 0, buried: 3 })
    for (const id of ['j1', 'j2', 'j3']) {
      expect(await subject.job(id)).toMatchObject({
        state: 'failed',
        reason: 'lost',
        lostWithWorker: true,
        error: {
          name: 'WorkerLost',
          message: `worker ${own} ended, and the input of the job with it: it is not run without`,
        },
      })
    }
    await subject.advance(10)
    await subject.sweep()
    expect(await subject.claimIds(other)).toEqual(['j4'])
    const [queue] = await subject.store.queues()
    expect(queue).toMatchObject({ counts: { failed: 3 } })
  })

  test('They fail as lost when it deregisters too, but for those that somebody wanted cancelled.', async (subject) => {
    const [own, other] = [await subject.register(), await subject.register()]
    const bound = { reservedFor: own, lostWithWorker: true }
    await subject.store.enqueue([newJob(bound), newJob(bound), newJob(bound)])
    await subject.claimIds(own, 2)
    await subject.store.cancel(['j2'])
    await subject.store.deregister(own)
    expect(await subject.job('j1')).toMatchObject({ state: 'failed', reason: 'lost' })
    expect(await subject.job('j2')).toMatchObject({ state: 'cancelled' })
    expect(await subject.job('j3')).toMatchObject({ state: 'failed', reason: 'lost' })
    expect(await subject.claimIds(other)).toEqual([])
  })

  test('They run again on their worker: after a failure, and when it hands them back.', async (subject) => {
    const own = await subject.register()
    await subject.add({ reservedFor: own, lostWithWorker: true })
    await subject.settle(await subject.claimOne(own), subject.outcome.retry(0))
    await subject.settle(await subject.claimOne(own), subject.outcome.released(true))
    expect(await subject.claimIds(own)).toEqual(['j1'])
  })

  test('A job for a worker that is gone and that it alone can run is refused, and nothing is stored.', async (subject) => {
    const own = await subject.register()
    await subject.store.deregister(own)
    const enqueued = subject.store.enqueue([newJob({ reservedFor: own, lostWithWorker: true })])
    await expect(enqueued).rejects.toMatchObject({ code: 'E_WORKER_GONE' })
    expect(await subject.store.job('j1')).toBeNull()
  })

  test('A reserved job that has expired is in no way of others, reserved or not.', async (subject) => {
    const worker = await subject.register()
    const over = { reservedFor: worker, expiresAt: subject.clock.now() }
    await subject.store.enqueue([newJob(over), newJob(), newJob({ queue: 'other' })])
    expect(await subject.claimIds(worker, 1)).toEqual(['j2'])
    await subject.add({ reservedFor: worker })
    expect(await subject.claimIds(worker, 1)).toEqual(['j4'])
  })
})
