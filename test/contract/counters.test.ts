import { expect } from 'vitest'
import { contract } from './harness.js'

contract('counters', (test) => {
  const counters = { failures: 0, losses: 0, lossesAlone: 0, postponements: 0 }

  test('Each kind of end adds to its own counter only, in a retry and in a final failure.', async (subject) => {
    const expected = {
      failure: { ...counters, failures: 1 },
      loss: { ...counters, losses: 1 },
      'loss alone': { ...counters, losses: 1, lossesAlone: 1 },
      postponement: { ...counters, postponements: 1 },
    } as const
    for (const [counts, counted] of Object.entries(expected) as [keyof typeof expected, typeof counters][]) {
      const retried = await subject.start()
      await subject.settle(retried, subject.outcome.retry(60_000, { counts }))
      expect(await subject.job(retried.job.id)).toMatchObject({ ...counted, attempt: 1 })
      const failed = await subject.start()
      await subject.settle(failed, subject.outcome.failed({ counts }))
      expect(await subject.job(failed.job.id)).toMatchObject({ ...counted, attempt: 1 })
    }
  })

  test('Completed, cancelled and released add to no counter.', async (subject) => {
    const { completed, cancelled, released } = subject.outcome
    for (const outcome of [completed(), cancelled(), released(true), released(false)]) {
      const claim = await subject.start()
      await subject.settle(claim, outcome)
      expect(await subject.job(claim.job.id)).toMatchObject({ ...counters, attempt: 1 })
      await subject.store.cancel([claim.job.id])
    }
  })

  test('Postponements count those in a row: a hand-back does not end the row, a failure does.', async (subject) => {
    const first = await subject.start()
    const next = () => subject.claimOne(first.worker)
    const later = subject.outcome.retry(0, { counts: 'postponement' })
    await subject.settle(first, later)
    await subject.settle(await next(), subject.outcome.released(true))
    await subject.settle(await next(), later)
    const claim = await next()
    expect(claim.job.postponements).toBe(2)
    await subject.settle(claim, subject.outcome.retry(0))
    expect(await subject.job(first.job.id)).toMatchObject({ failures: 1, postponements: 0 })
  })

  test('Counters add up over the attempts, and attempt counts every claim.', async (subject) => {
    const first = await subject.start()
    const next = () => subject.claimOne(first.worker)
    await subject.settle(first, subject.outcome.retry(0))
    await subject.settle(await next(), subject.outcome.released(false))
    await subject.settle(await next(), subject.outcome.retry(0, { counts: 'loss', reason: 'lost' }))
    await subject.settle(await next(), subject.outcome.retry(0, { counts: 'loss alone', reason: 'lost' }))
    await subject.settle(await next(), subject.outcome.released(true))
    await subject.settle(await next(), subject.outcome.retry(0, { counts: 'postponement' }))
    await subject.settle(await next(), subject.outcome.retry(0))
    await subject.settle(await next(), subject.outcome.completed())
    expect(await subject.job(first.job.id)).toMatchObject({ attempt: 8, failures: 2, losses: 2, lossesAlone: 1 })
  })
})
