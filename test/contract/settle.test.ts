import { expect } from 'vitest'
import { boom, newJob } from '../support/job.js'
import { contract } from './harness.js'

contract('settle', (test) => {
  test('A completed job has its result, its times and no error.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.retry(0))
    const again = await subject.claimOne(claim.worker)
    const outcome = { ...subject.outcome.completed('{"n":1}'), startedAt: 1_111, endedAt: 2_222 }
    expect(await subject.settle(again, outcome)).toBe('settled')
    expect(await subject.job(claim.job.id)).toMatchObject({
      state: 'completed',
      reason: null,
      resultJson: '{"n":1}',
      error: null,
      startedAt: 1_111,
      endedAt: 2_222,
      endedBy: 'return',
      worker: claim.worker,
    })
  })

  test('A failed job has its reason and error, and no result.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.failed({ reason: 'timeout', endedBy: 'abandoned' }))
    expect(await subject.job(claim.job.id)).toMatchObject({
      state: 'failed',
      reason: 'timeout',
      error: boom,
      resultJson: null,
      endedAt: subject.clock.now(),
      endedBy: 'abandoned',
    })
  })

  test('A job that is tried again later is scheduled until then, and keeps its error.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.retry(1_000))
    const { id } = claim.job
    const dueAt = subject.clock.now() + 1_000
    expect(await subject.job(id)).toMatchObject({ state: 'scheduled', dueAt, reason: null, endedAt: null, error: boom })
    await subject.advance(1_000)
    await subject.sweep()
    await subject.claimOne(claim.worker)
    expect(await subject.job(id)).toMatchObject({ attempt: 2, error: boom, endedBy: null })
  })

  test('A job that is tried again at once is queued.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.retry(0))
    expect((await subject.job(claim.job.id)).state).toBe('queued')
    expect(await subject.claimIds(claim.worker)).toEqual([claim.job.id])
  })

  test('An attempt that brings no error leaves the one before.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.retry(0))
    const again = await subject.claimOne(claim.worker)
    await subject.settle(again, subject.outcome.released(true))
    expect((await subject.job(claim.job.id)).error).toEqual(boom)
  })

  test('A cancelled attempt ends its job as cancelled, without a reason.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.cancelled())
    expect(await subject.job(claim.job.id)).toMatchObject({ state: 'cancelled', reason: null, endedBy: 'signal' })
  })

  test('A job given back unstarted is queued as of now and keeps no attempt.', async (subject) => {
    const claim = await subject.start()
    await subject.advance(500)
    await subject.settle(claim, subject.outcome.released(false))
    const { id } = claim.job
    expect(await subject.job(id)).toMatchObject({ state: 'queued', startedAt: null, dueAt: subject.clock.now() })
    expect(await subject.store.attempts(id)).toEqual([])
    expect((await subject.claimOne(claim.worker)).lease.attempt).toBe(2)
  })

  test('A job given back after it was started is queued and keeps a released attempt.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.released(true))
    const attempts = await subject.store.attempts(claim.job.id)
    expect((await subject.job(claim.job.id)).state).toBe('queued')
    expect(attempts).toMatchObject([{ attempt: 1, state: 'released', reason: null, error: null, endedBy: 'released' }])
  })

  test('Answers come in the order of the ends, each for itself.', async (subject) => {
    const first = await subject.start()
    const second = await subject.start()
    const lost = { ...first.lease, job: 'j99' }
    const outcome = subject.outcome.completed()
    const ends = [first.lease, lost, first.lease, second.lease].map((lease) => ({ lease, outcome }))
    expect(await subject.store.settle(ends)).toEqual(['settled', 'lost', 'lost', 'settled'])
    expect(await subject.store.settle([])).toEqual([])
  })

  // So many at once may be written together, where one that is lost must not be taken for the others.
  test('Of very many ends at once, each is settled or lost for itself, and counted once.', async (subject) => {
    const worker = await subject.register()
    await subject.store.enqueue(Array.from({ length: 130 }, () => newJob()))
    const claims = await subject.claim(worker, 130)
    const outcome = subject.outcome.completed()
    const ends = claims.map(({ lease }) => ({ lease, outcome }))
    const lost = [0, 61, 129]
    const wrong = ends.map((end, index) =>
      lost.includes(index) ? { ...end, lease: { ...end.lease, attempt: 2 } } : end,
    )
    expect(await subject.store.settle(wrong)).toEqual(
      ends.map((_, index) => (lost.includes(index) ? 'lost' : 'settled')),
    )
    expect(await subject.store.settle(ends)).toEqual(
      ends.map((_, index) => (lost.includes(index) ? 'settled' : 'lost')),
    )
    expect(await subject.store.statistics(null)).toMatchObject([{ completed: 130 }])
  })

  test('Ends of all kinds, many of them at once, each have their own result.', async (subject) => {
    const worker = await subject.register()
    await subject.store.enqueue(Array.from({ length: 60 }, () => newJob()))
    const claims = await subject.claim(worker, 60)
    const ends = claims.map(({ lease }, index) => ({
      lease,
      outcome: index % 7 === 3 ? subject.outcome.failed() : subject.outcome.completed(`"${index} é \\u0000"`),
    }))
    expect(new Set(await subject.store.settle(ends))).toEqual(new Set(['settled']))
    const jobs = await Promise.all(claims.map(({ job }) => subject.job(job.id)))
    expect(jobs.map(({ state, resultJson }) => [state, resultJson])).toEqual(
      claims.map((_, index) => (index % 7 === 3 ? ['failed', null] : ['completed', `"${index} é \\u0000"`])),
    )
  })
})
