import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract, type Subject } from './harness.js'

const withKey = (policy: 'skip' | 'replace' | 'error', forMs = 0) => ({ key: { name: 'report', policy, forMs } })

async function again(subject: Subject, policy: 'skip' | 'replace' | 'error') {
  const [answer] = await subject.store.enqueue([newJob(withKey(policy))])
  return answer
}

contract('keys', (test) => {
  test('The key is kept with its job, and the first job with it is created.', async (subject) => {
    const id = await subject.add(withKey('error'))
    expect((await subject.job(id)).key).toBe('report')
  })

  test('Skip answers the older job while it is scheduled, queued or running.', async (subject) => {
    const id = await subject.add({ ...withKey('skip'), dueAt: subject.clock.now() + 1_000 })
    expect(await again(subject, 'skip')).toEqual({ id, answer: 'existing' })
    await subject.advance(1_000)
    await subject.sweep()
    expect(await again(subject, 'skip')).toEqual({ id, answer: 'existing' })
    await subject.claimOne(await subject.register())
    expect(await again(subject, 'skip')).toEqual({ id, answer: 'existing' })
    expect((await subject.store.jobs({}, { limit: 10, after: null })).items).toHaveLength(1)
  })

  test('Error refuses the new job, and the others of the call are stored.', async (subject) => {
    const id = await subject.add(withKey('skip'))
    const answers = await subject.store.enqueue([newJob(), newJob(withKey('error')), newJob()])
    expect(answers.map(({ answer }) => answer)).toEqual(['created', 'refused', 'created'])
    expect(answers[1]?.id).toBe(id)
  })

  test('Two jobs of one call with the same key meet each other.', async ({ store }) => {
    const answers = await store.enqueue([newJob(withKey('skip')), newJob(withKey('skip')), newJob(withKey('error'))])
    expect(answers).toEqual([
      { id: 'j1', answer: 'created' },
      { id: 'j1', answer: 'existing' },
      { id: 'j1', answer: 'refused' },
    ])
  })

  test('Replace cancels the waiting job and takes its key.', async (subject) => {
    const older = await subject.add(withKey('skip'))
    const answer = await again(subject, 'replace')
    expect(answer).toMatchObject({ answer: 'replaced' })
    expect(answer?.id).not.toBe(older)
    expect((await subject.job(older)).state).toBe('cancelled')
    expect(await again(subject, 'skip')).toEqual({ id: answer?.id, answer: 'existing' })
  })

  test('Replace asks the running job to stop, and the new one can run at once.', async (subject) => {
    const older = await subject.start(withKey('skip'))
    const answer = await again(subject, 'replace')
    expect(answer?.answer).toBe('replaced')
    expect((await subject.job(older.job.id)).state).toBe('running')
    expect(await subject.store.cancelRequests(older.worker)).toEqual([older.job.id])
    expect(await subject.claimIds(older.worker)).toEqual([answer?.id])
    expect(await subject.settle(older, subject.outcome.cancelled())).toBe('settled')
    expect(await again(subject, 'error')).toEqual({ id: answer?.id, answer: 'refused' })
  })

  test('The key is free when its job has completed, failed or been cancelled.', async (subject) => {
    for (const end of ['completed', 'failed', 'cancelled'] as const) {
      const claim = await subject.start(withKey('error'))
      await subject.settle(claim, subject.outcome[end]())
    }
    expect(await again(subject, 'error')).toMatchObject({ answer: 'created' })
  })

  test('A key is kept for a time after the enqueue, even when its job has ended.', async (subject) => {
    const claim = await subject.start(withKey('skip', 60_000))
    await subject.settle(claim, subject.outcome.completed())
    await subject.advance(59_999)
    expect(await again(subject, 'skip')).toEqual({ id: claim.job.id, answer: 'existing' })
    expect(await again(subject, 'error')).toEqual({ id: claim.job.id, answer: 'refused' })
    await subject.advance(1)
    expect(await again(subject, 'error')).toMatchObject({ answer: 'created' })
  })

  test('A key is not freed by its time while its job has not ended.', async (subject) => {
    const id = await subject.add(withKey('skip', 10))
    await subject.advance(11)
    expect(await again(subject, 'skip')).toEqual({ id, answer: 'existing' })
  })

  test('Replace leaves a job that has ended as it is, and the key goes to the new one.', async (subject) => {
    const claim = await subject.start(withKey('skip', 60_000))
    await subject.settle(claim, subject.outcome.completed())
    const answer = await again(subject, 'replace')
    expect(answer?.answer).toBe('replaced')
    expect((await subject.job(claim.job.id)).state).toBe('completed')
    expect(await again(subject, 'skip')).toEqual({ id: answer?.id, answer: 'existing' })
  })

  test('Keys have nothing to do with each other, and jobs without one are never held up.', async (subject) => {
    await subject.add(withKey('error'))
    await subject.add({ key: { name: 'Report', policy: 'error', forMs: 0 } })
    await subject.add()
    await subject.add()
  })

  test('A key is free when its job has expired, also before a sweep finds that.', async (subject) => {
    const key = { name: 'k', policy: 'skip', forMs: 0 } as const
    const old = await subject.add({ key, expiresAt: subject.clock.now() + 10 })
    await subject.advance(10)
    const [answer] = await subject.store.enqueue([newJob({ key })])
    expect(answer).toEqual({ id: 'j2', answer: 'created' })
    expect(await subject.job(old)).toMatchObject({ state: 'failed', reason: 'expired' })
    expect((await subject.store.statistics(null))[0]?.failedBy.expired).toBe(1)
    const begun = await subject.start({ key: { ...key, name: 'l' }, expiresAt: subject.clock.now() + 10, priority: 5 })
    await subject.advance(10)
    expect((await subject.store.enqueue([newJob({ key: { ...key, name: 'l' } })]))[0]?.answer).toBe('existing')
    expect(await subject.job(begun.job.id)).toMatchObject({ state: 'running' })
  })

  test('With a time of its own a key is held for that time after the end, however long the job took.', async (subject) => {
    const claim = await subject.start(withKey('skip', 1_000))
    await subject.advance(5_000)
    await subject.settle(claim, subject.outcome.completed())
    await subject.advance(999)
    expect(await again(subject, 'skip')).toEqual({ id: claim.job.id, answer: 'existing' })
    await subject.advance(1)
    expect(await again(subject, 'skip')).toMatchObject({ answer: 'created' })
  })
})
