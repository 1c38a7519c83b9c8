import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

const key = { name: 'k', policy: 'skip', forMs: 0 } as const

/** A job that has failed; answers its id. */
async function failedJob(subject: Subject, overrides: Parameters<Subject['start']>[0] = {}): Promise<string> {
  const claim = await subject.start(overrides)
  await subject.settle(claim, subject.outcome.failed())
  return claim.job.id
}

contract('retry', (test) => {
  test('A failed and a cancelled job go back to their queue as the same jobs, as if they came now.', async (subject) => {
    const { store, outcome } = subject
    const failed = await failedJob(subject)
    const cancelled = await subject.start()
    await subject.settle(cancelled, outcome.cancelled())
    const never = await subject.add({ dueAt: subject.clock.now() + 60_000 })
    await store.cancel([never])
    await subject.advance(1_000)
    expect(await store.retry([failed, cancelled.job.id, never])).toEqual(['retried', 'retried', 'retried'])
    const now = subject.clock.now()
    const back = { state: 'queued', reason: null, error: null, endedAt: null, resultJson: null, dueAt: now }
    expect(await subject.job(failed)).toMatchObject({ ...back, failures: 0, losses: 0, attempt: 1 })
    expect(await subject.job(cancelled.job.id)).toMatchObject({ ...back, attempt: 1 })
    expect(await subject.job(never)).toMatchObject({ ...back, attempt: 0, startedAt: null })
    expect((await store.queues())[0]).toMatchObject({
      counts: { queued: 3, failed: 0, cancelled: 0 },
      oldestQueuedAt: now,
    })
  })

  test('A retried job counts its attempts on, and its failures and losses anew.', async (subject) => {
    const claim = await subject.start({ maxRetries: 5 })
    await subject.settle(claim, subject.outcome.retry(0, { reason: 'lost', counts: 'loss alone', endedBy: 'exit' }))
    const second = await subject.claimOne(claim.worker)
    await subject.settle(second, subject.outcome.failed())
    expect(await subject.job(claim.job.id)).toMatchObject({ failures: 1, losses: 1, suspect: false })
    await subject.store.retry([claim.job.id])
    const third = await subject.claimOne(claim.worker)
    expect(third.job).toMatchObject({ attempt: 3, failures: 0, losses: 0, lossesAlone: 0, postponements: 0 })
    await subject.settle(third, subject.outcome.completed())
    expect(await subject.job(claim.job.id)).toMatchObject({ state: 'completed', attempt: 3, error: null })
  })

  test('All attempts stay, those that ended the job with their state.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.failed({ reason: 'timeout', endedBy: 'signal' }))
    await subject.store.retry([claim.job.id])
    const second = await subject.claimOne(claim.worker)
    await subject.settle(second, subject.outcome.cancelled())
    await subject.store.retry([claim.job.id])
    expect(await subject.store.attempts(claim.job.id)).toMatchObject([
      { attempt: 1, state: 'failed', reason: 'timeout', endedBy: 'signal', error: { message: 'boom' } },
      { attempt: 2, state: 'cancelled', reason: null, endedBy: 'signal', error: null },
    ])
  })

  test('Jobs in other states stay as they are, and what is no job is unknown.', async (subject) => {
    const { store, outcome } = subject
    const running = await subject.start()
    const completed = await subject.start()
    await subject.settle(completed, outcome.completed())
    const queued = await subject.add()
    const scheduled = await subject.add({ dueAt: subject.clock.now() + 1_000 })
    const ids = [running.job.id, completed.job.id, queued, scheduled]
    const before = await Promise.all(ids.map((id) => subject.job(id)))
    expect(await store.retry([...ids, 'j99', 'x', ''])).toEqual([
      'running',
      'completed',
      'waiting',
      'waiting',
      'unknown',
      'unknown',
      'unknown',
    ])
    expect(await Promise.all(ids.map((id) => subject.job(id)))).toEqual(before)
    expect(await store.retry([])).toEqual([])
  })

  test('The second of two equal ids finds a job that waits.', async (subject) => {
    const id = await failedJob(subject)
    expect(await subject.store.retry([id, id])).toEqual(['retried', 'waiting'])
  })

  test('A lease of before the retry is over.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.failed())
    await subject.store.retry([claim.job.id])
    expect(await subject.settle(claim, subject.outcome.completed())).toBe('lost')
    await subject.claimOne(claim.worker)
    expect(await subject.settle(claim, subject.outcome.completed())).toBe('lost')
  })

  test('A retried job does not expire any more: it would be over before it began.', async (subject) => {
    const id = await subject.add({ expiresAt: subject.clock.now() + 10 })
    await subject.advance(20)
    await subject.sweep()
    expect((await subject.job(id)).reason).toBe('expired')
    await subject.store.retry([id])
    expect(await subject.sweep()).toMatchObject({ buried: 0 })
    expect(await subject.job(id)).toMatchObject({ state: 'queued', expiresAt: null })
    expect(await subject.claimIds(await subject.register())).toEqual([id])
  })

  test('A retried job holds its key again, and is not retried while another job holds it.', async (subject) => {
    const { store } = subject
    const first = await failedJob(subject, { key })
    const second = await subject.add({ key })
    expect(await store.retry([first])).toEqual(['key-taken'])
    expect((await subject.job(first)).state).toBe('failed')
    await store.cancel([second])
    expect(await store.retry([first, second])).toEqual(['retried', 'key-taken'])
    expect(await store.enqueue([newJob({ key })])).toEqual([{ id: first, answer: 'existing' }])
  })

  test('A retry does not shorten the time for which a key is held.', async (subject) => {
    const { store } = subject
    const id = await failedJob(subject, { key: { ...key, forMs: 1_000 } })
    await store.retry([id])
    await store.cancel([id])
    await subject.advance(999)
    expect(await store.enqueue([newJob({ key })])).toEqual([{ id, answer: 'existing' }])
    await subject.advance(1)
    expect(await store.enqueue([newJob({ key })])).toMatchObject([{ answer: 'created' }])
  })

  test('Any worker may take a job of a foreground run that is retried, unless its input is gone.', async (subject) => {
    const { store, outcome } = subject
    const worker = await subject.register()
    const free = await subject.add({ reservedFor: worker })
    const bound = await subject.add({ reservedFor: worker, lostWithWorker: true })
    for (const claim of await subject.claim(worker)) await subject.settle(claim, outcome.failed())
    expect(await store.retry([free, bound])).toEqual(['retried', 'input-gone'])
    expect((await subject.job(bound)).state).toBe('failed')
    expect(await subject.claimIds(await subject.register())).toEqual([free])
  })

  test('The slot of a retried job waits for its end again, and a later slot for the job.', async (subject) => {
    const { store, outcome } = subject
    await store.putSchedules([newSchedule('s')])
    const [found] = await store.schedules(['s'])
    if (found === undefined) throw new Error('no schedule')
    await store.claimSlots(claimOf(found, [dueSlot(found.decidedUntil + 1)], { job: newJob() }))
    const worker = await subject.register()
    await subject.settle(await subject.claimOne(worker), outcome.failed())
    const ends = async () =>
      (await store.slots('s', { limit: 9, before: null })).map(({ jobEnd }) => jobEnd?.state ?? null)
    expect(await ends()).toEqual(['failed'])
    await store.retry(['j1'])
    expect(await ends()).toEqual([null])
    const [now] = await store.schedules(['s'])
    if (now === undefined) throw new Error('no schedule')
    const later = await store.claimSlots(claimOf(now, [dueSlot(now.decidedUntil + 1)], { job: newJob() }))
    expect(later).toMatchObject([{ outcome: 'skipped' }])
    await subject.settle(await subject.claimOne(worker), outcome.completed())
    expect(await ends()).toEqual([null, 'completed'])
  })

  test('What was counted stays: a job that fails again after a retry has failed twice.', async (subject) => {
    const id = await failedJob(subject)
    await subject.store.retry([id])
    await subject.settle(await subject.claimOne(await subject.register()), subject.outcome.failed())
    expect(await subject.store.statistics(null)).toMatchObject([{ failed: 2, retried: 0 }])
    expect(await subject.store.failures(0, 10)).toMatchObject([{ count: 2, sample: id }])
  })
})
