import { expect } from 'vitest'
import { leaseMs } from '../../src/stores/store.js'
import { noVitals } from '../support/vitals.js'
import { contract, type Subject } from './harness.js'

/** Every end of the attempt is refused, and changes nothing. */
async function expectLost(subject: Subject, claim: Parameters<Subject['settle']>[0]) {
  const before = [await subject.job(claim.job.id), await subject.store.attempts(claim.job.id)]
  const { completed, retry, failed, cancelled, released } = subject.outcome
  for (const outcome of [completed(), retry(0), retry(9), failed(), cancelled(), released(true), released(false)]) {
    expect(await subject.settle(claim, outcome), outcome.kind).toBe('lost')
  }
  expect([await subject.job(claim.job.id), await subject.store.attempts(claim.job.id)]).toEqual(before)
}

contract('fencing', (test) => {
  test('An attempt ends once.', async (subject) => {
    const { completed, retry, failed, cancelled, released } = subject.outcome
    for (const outcome of [completed(), retry(60_000), failed(), cancelled()]) {
      const claim = await subject.start()
      expect(await subject.settle(claim, outcome)).toBe('settled')
      await expectLost(subject, claim)
    }
    const claim = await subject.start()
    expect(await subject.settle(claim, released(true))).toBe('settled')
    await expectLost(subject, claim)
  })

  test('An old attempt cannot end after the same worker has claimed the job again.', async (subject) => {
    const old = await subject.start()
    await subject.settle(old, subject.outcome.retry(0))
    const again = await subject.claimOne(old.worker)
    await expectLost(subject, old)
    expect(await subject.settle(again, subject.outcome.completed())).toBe('settled')
  })

  test('An old attempt cannot end after the job was taken from its worker.', async (subject) => {
    const old = await subject.start()
    await subject.sweep([old.worker])
    await expectLost(subject, old)
    const again = await subject.claimOne(await subject.register())
    await expectLost(subject, old)
    expect(await subject.settle(again, subject.outcome.completed())).toBe('settled')
  })

  test('Another worker cannot end the attempt, nor can one that never was.', async (subject) => {
    const claim = await subject.start()
    const other = await subject.register()
    for (const worker of [other, 'w99', 'nonsense']) {
      await expectLost(subject, { ...claim, lease: { ...claim.lease, worker } })
    }
  })

  test('A lease for a later attempt than the one that runs is lost.', async (subject) => {
    const claim = await subject.start()
    await expectLost(subject, { ...claim, lease: { ...claim.lease, attempt: 2 } })
  })

  test("When the worker's lease is over its attempts are lost, though nobody has swept it.", async (subject) => {
    const claim = await subject.start()
    await subject.advance(leaseMs - 1)
    expect(await subject.store.beat(claim.worker, noVitals)).toBe(true)
    await subject.advance(leaseMs)
    await expectLost(subject, claim)
    expect((await subject.job(claim.job.id)).state).toBe('running')
  })

  test('After the worker has deregistered its attempts are lost.', async (subject) => {
    const claim = await subject.start()
    await subject.store.deregister(claim.worker)
    await expectLost(subject, claim)
  })
})
