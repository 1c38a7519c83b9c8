import { expect } from 'vitest'
import { contract } from './harness.js'

contract('cancel', (test) => {
  test('Waiting jobs are cancelled at once: scheduled, queued, and between retries.', async (subject) => {
    const now = subject.clock.now()
    const retried = await subject.start()
    await subject.settle(retried, subject.outcome.retry(1_000))
    const ids = [await subject.add({ dueAt: now + 10 }), await subject.add(), retried.job.id]
    await subject.advance(5)
    expect(await subject.store.cancel(ids)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    for (const id of ids) {
      expect(await subject.job(id)).toMatchObject({ state: 'cancelled', endedAt: subject.clock.now(), reason: null })
    }
    await subject.advance(5_000)
    await subject.sweep()
    expect(await subject.claimIds(retried.worker)).toEqual([])
  })

  test('A running job is asked to stop, and goes on until it ends.', async (subject) => {
    const claim = await subject.start()
    expect(await subject.store.cancel([claim.job.id])).toEqual(['requested'])
    expect(await subject.store.cancel([claim.job.id])).toEqual(['requested'])
    expect((await subject.job(claim.job.id)).state).toBe('running')
    expect(await subject.settle(claim, subject.outcome.cancelled())).toBe('settled')
    expect((await subject.job(claim.job.id)).state).toBe('cancelled')
  })

  test('Ended jobs stay as they are.', async (subject) => {
    for (const end of ['completed', 'failed', 'cancelled'] as const) {
      const claim = await subject.start()
      await subject.settle(claim, subject.outcome[end]())
      const before = await subject.job(claim.job.id)
      expect(await subject.store.cancel([claim.job.id])).toEqual(['ended'])
      expect(await subject.job(claim.job.id)).toEqual(before)
    }
  })

  test('With states, only jobs that still are in one of them are cancelled.', async (subject) => {
    const running = await subject.start()
    const waits = await subject.add()
    const ids = [running.job.id, waits]
    expect(await subject.store.cancel(ids, ['queued', 'scheduled'])).toEqual(['changed', 'cancelled'])
    expect((await subject.job(running.job.id)).cancelRequested).toBe(false)
    expect(await subject.store.cancel(ids, ['running'])).toEqual(['requested', 'changed'])
  })

  test('Answers come in the order of the ids; what is no job is unknown.', async (subject) => {
    await subject.add()
    const ids = ['j99', 'j1', 'j1', 'w1', '', 'j0', 'x']
    const answers = ['unknown', 'cancelled', 'ended', 'unknown', 'unknown', 'unknown', 'unknown']
    expect(await subject.store.cancel(ids)).toEqual(answers)
    expect(await subject.store.cancel([])).toEqual([])
  })

  test('A job that ended before it heard of the request keeps the end that it had.', async (subject) => {
    for (const end of ['completed', 'failed'] as const) {
      const claim = await subject.start()
      await subject.store.cancel([claim.job.id])
      await subject.settle(claim, subject.outcome[end]())
      expect((await subject.job(claim.job.id)).state).toBe(end)
    }
  })

  test('A job that was asked to stop and is handed back is cancelled, not run again.', async (subject) => {
    const { retry, released } = subject.outcome
    for (const outcome of [retry(0), retry(1_000), released(true), released(false)]) {
      const claim = await subject.start()
      await subject.store.cancel([claim.job.id])
      await subject.settle(claim, outcome)
      expect(await subject.job(claim.job.id)).toMatchObject({ state: 'cancelled', endedAt: subject.clock.now() })
    }
  })

  test('A job that was asked to stop is cancelled when its worker deregisters.', async (subject) => {
    const claim = await subject.start()
    await subject.store.cancel([claim.job.id])
    await subject.store.deregister(claim.worker)
    expect((await subject.job(claim.job.id)).state).toBe('cancelled')
  })

  test('A worker sees the cancel requests for its own running jobs only.', async (subject) => {
    const mine = await subject.start()
    const second = await subject.start()
    const ended = await subject.start()
    await subject.add()
    await subject.store.cancel([mine.job.id, second.job.id, ended.job.id])
    await subject.settle(ended, subject.outcome.completed())
    expect(await subject.store.cancelRequests(mine.worker)).toEqual([mine.job.id])
    expect(await subject.store.cancelRequests(second.worker)).toEqual([second.job.id])
    expect(await subject.store.cancelRequests(ended.worker)).toEqual([])
    expect(await subject.store.cancelRequests('w99')).toEqual([])
  })
})
