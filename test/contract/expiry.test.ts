import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

const nothing = { promoted: 0, reclaimed: 0, buried: 0, lostWorkers: [], isPartial: false, nextDueAt: null }

contract('expiry', (test) => {
  test('A job that was not started in time fails as expired: queued or scheduled.', async (subject) => {
    const now = subject.clock.now()
    await subject.store.enqueue([newJob({ expiresAt: now + 10 }), newJob({ expiresAt: now + 10, dueAt: now + 10 })])
    await subject.advance(9)
    expect(await subject.sweep()).toMatchObject({ buried: 0 })
    await subject.advance(1)
    expect(await subject.sweep()).toEqual({ ...nothing, buried: 2 })
    for (const id of ['j1', 'j2']) {
      expect(await subject.job(id)).toMatchObject({
        state: 'failed',
        reason: 'expired',
        endedAt: subject.clock.now(),
        error: { name: 'Expired' },
        attempt: 0,
        failures: 0,
        losses: 0,
      })
      expect(await subject.store.attempts(id)).toEqual([])
    }
  })

  test('Jobs behind many that have expired are found, one after the other, at the latest when a sweep has cleared the way.', async (subject) => {
    const expiresAt = subject.clock.now() + 1
    const worker = await subject.register()
    await subject.store.enqueue(Array.from({ length: 1_700 }, () => newJob({ expiresAt })))
    await subject.advance(1)
    const behind = [await subject.add(), await subject.add()]
    const first = await subject.claimIds(worker, 1)
    expect(first.length === 0 || first[0] === behind[0]).toBe(true)
    await subject.sweep([], 1_000)
    const rest = await subject.claimIds(worker)
    expect([...first, ...rest]).toEqual(behind)
    expect(await subject.sweep([], 1_000)).toMatchObject({ buried: 700 })
  })

  test('At most the limit expires in one sweep.', async (subject) => {
    const expiresAt = subject.clock.now() + 1
    await subject.store.enqueue([newJob({ expiresAt }), newJob({ expiresAt }), newJob({ expiresAt })])
    await subject.advance(1)
    expect(await subject.sweep([], 2)).toMatchObject({ buried: 2 })
    expect(await subject.sweep([], 2)).toMatchObject({ buried: 1 })
  })

  test('A running job does not expire.', async (subject) => {
    const claim = await subject.start({ expiresAt: subject.clock.now() + 10 })
    await subject.advance(10)
    expect(await subject.sweep()).toEqual(nothing)
    expect(await subject.settle(claim, subject.outcome.completed())).toBe('settled')
  })

  test('A job that waits for a retry was started in time, and keeps its error.', async (subject) => {
    const claim = await subject.start({ expiresAt: subject.clock.now() + 10 })
    await subject.settle(claim, subject.outcome.retry(20))
    await subject.advance(20)
    expect(await subject.sweep()).toMatchObject({ buried: 0, promoted: 1 })
  })
})
