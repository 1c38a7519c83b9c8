import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

contract('enqueue', (test) => {
  test('A new job is queued, with everything that was said of it.', async (subject) => {
    const backoff = { initialDelayMs: 5, maxDelayMs: 50, exponentialBackoff: true, factor: 1.5, jitter: false }
    const now = subject.clock.now()
    const id = await subject.add({
      task: 'email.send',
      argsJson: '[{"to":"é\\u0000"}]',
      queue: 'mail',
      priority: -100,
      expiresAt: now + 1,
      maxRetries: 0,
      backoff,
      timeoutMs: 1_500,
    })
    expect(await subject.job(id)).toEqual({
      id: 'j1',
      task: 'email.send',
      argsJson: '[{"to":"é\\u0000"}]',
      queue: 'mail',
      state: 'queued',
      reason: null,
      priority: -100,
      key: null,
      createdAt: now,
      dueAt: now,
      expiresAt: now + 1,
      startedAt: null,
      endedAt: null,
      attempt: 0,
      failures: 0,
      losses: 0,
      lossesAlone: 0,
      postponements: 0,
      suspect: false,
      maxRetries: 0,
      backoff,
      timeoutMs: 1_500,
      resultJson: null,
      error: null,
      worker: null,
      reservedFor: null,
      lostWithWorker: false,
      trace: null,
      cancelRequested: false,
      endedBy: null,
      schedule: null,
    })
  })

  test('Answers come in the order of the jobs, and ids in the order of arrival.', async ({ store }) => {
    const answers = await store.enqueue([newJob({ priority: 1 }), newJob({ priority: 9 }), newJob()])
    expect(answers).toEqual(['j1', 'j2', 'j3'].map((id) => ({ id, answer: 'created' })))
  })

  test('An empty batch answers an empty list.', async ({ store }) => {
    expect(await store.enqueue([])).toEqual([])
  })

  test('Calls of one turn are stored in the order that they were made in.', async (subject) => {
    const ids = await Promise.all([subject.add(), subject.add(), subject.add()])
    expect(ids).toEqual(['j1', 'j2', 'j3'])
  })

  test('A job that is due later is scheduled; one that was due before now is queued as of now.', async (subject) => {
    const now = subject.clock.now()
    const later = await subject.add({ dueAt: now + 1 })
    const past = await subject.add({ dueAt: now - 5_000 })
    expect(await subject.job(later)).toMatchObject({ state: 'scheduled', dueAt: now + 1 })
    expect(await subject.job(past)).toMatchObject({ state: 'queued', dueAt: now })
  })

  test('A job reserved for a worker that is not there is for everyone.', async (subject) => {
    const id = await subject.add({ reservedFor: 'w77' })
    expect(await subject.claimIds(await subject.register())).toEqual([id])
  })
})
