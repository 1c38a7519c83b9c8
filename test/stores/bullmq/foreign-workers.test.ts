import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { until } from '../../support/engines.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { nextEnd, PlainBullmq } from '../../support/plain-bullmq.js'
import { claimOf, dueSlot, newSchedule } from '../../support/schedule.js'

const outcome = outcomesAt(systemClock)
const fixed = { initialDelayMs: 1, maxDelayMs: 1, exponentialBackoff: false, factor: 1, jitter: false }
let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

describe('A job of ours on a plain worker', () => {
  test('has its only argument as data, or all of them, and its result is ours.', async () => {
    const seen: unknown[] = []
    await plain.store.enqueue([newJob({ argsJson: '[{"to":"ann"}]' }), newJob({ argsJson: '["a",2]', priority: -1 })])
    const worker = plain.worker(async ({ name, data }) => {
      seen.push([name, data])
      return { sent: seen.length }
    })
    await nextEnd(worker)
    await nextEnd(worker)
    expect(seen).toEqual([
      ['hello', { to: 'ann' }],
      ['hello', ['a', 2]],
    ])
    const job = await plain.store.job('j1')
    expect(job).toMatchObject({ state: 'completed', resultJson: '{"sent":1}', attempt: 1, failures: 0, error: null })
    expect(job).toMatchObject({ worker: null, endedBy: 'return' })
    expect(await plain.store.attempts('j1')).toMatchObject([{ attempt: 1, state: 'completed', endedBy: 'return' }])
  })

  test('is tried again as often as it says, and has its failures and its error.', async () => {
    await plain.store.enqueue([newJob({ maxRetries: 2, backoff: fixed })])
    const worker = plain.worker(
      async () => {
        throw new Error('plain boom')
      },
      { name: 'plain-1' },
    )
    for (let count = 0; count < 3; count++) await nextEnd(worker)
    const job = await plain.store.job('j1')
    expect(job).toMatchObject({ state: 'failed', reason: 'error', attempt: 3, failures: 3, worker: 'plain-1' })
    expect(job?.error).toMatchObject({ name: 'Error', message: 'plain boom' })
    expect(job?.error?.stack).toContain('plain boom')
    expect(await plain.store.attempts('j1')).toMatchObject([{ attempt: 3, state: 'failed', reason: 'error' }])
    expect(await plain.store.retry(['j1'])).toEqual(['retried'])
    await nextEnd(worker)
    expect(await plain.store.job('j1')).toMatchObject({ attempt: 4, failures: 1 })
  })

  test('may be tried by both: each counts the failures of the other.', async () => {
    const { store } = plain
    await store.enqueue([newJob({ maxRetries: 2, backoff: fixed })])
    const worker = plain.worker(null, { name: 'plain-1' })
    const first = await worker.getNextJob('t')
    await first?.moveToFailed(new Error('one'), 't', false)
    const ours = await plain.register()
    const claims = await until(async () => {
      await store.sweep({ limit: 10, dead: [] })
      const some = await plain.claim(ours)
      return some.length > 0 ? some : undefined
    })
    expect(claims[0]?.job).toMatchObject({ attempt: 2, failures: 1 })
    await store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.retry(0) })))
    expect(await store.job('j1')).toMatchObject({ failures: 2, state: 'queued' })
    const last = await worker.getNextJob('t')
    expect(last?.attemptsMade).toBe(2)
    await last?.moveToFailed(new Error('three'), 't', false)
    expect(await store.job('j1')).toMatchObject({ state: 'failed', failures: 3, error: { message: 'three' } })
  })

  test('loses no retry on a plain worker by what is no failure.', async () => {
    await plain.store.enqueue([newJob({ maxRetries: 1 })])
    const ours = await plain.register()
    for (let count = 0; count < 3; count++) {
      const [claim] = await plain.claim(ours)
      if (claim === undefined) throw new Error('none')
      await plain.store.settle([{ lease: claim.lease, outcome: outcome.retry(0, { counts: 'postponement' }) }])
    }
    const taken = await plain.worker(null).getNextJob('t')
    expect(taken?.attemptsMade).toBe(0)
    await taken?.moveToFailed(new Error('one'), 't', false)
    expect(await plain.store.job('j1')).toMatchObject({ state: 'scheduled', failures: 1 })
  })

  test('runs there as running, with the worker that has a name.', async () => {
    await plain.store.enqueue([newJob()])
    await plain.worker(null, { name: 'plain-1' }).getNextJob('t')
    expect(await plain.store.job('j1')).toMatchObject({ state: 'running', worker: 'plain-1', attempt: 1 })
    expect(await plain.store.running(10)).toHaveLength(1)
    expect(await plain.store.cancel(['j1'])).toEqual(['requested'])
    // It asks for no cancels, and nobody else would remove them.
    expect(plain.server.cli('KEYS', `${plain.prefix}::cancel:*`)).toBe('')
  })

  test('is shown whatever it has in place of a stack and of a progress.', async () => {
    await plain.store.enqueue([newJob({ maxRetries: 0 })])
    const failed = nextEnd(
      plain.worker(async () => {
        throw new Error('boom')
      }),
    )
    await failed
    plain.server.cli('HSET', plain.key('j1'), 'stacktrace', '{[1', 'progress', '{[1')
    expect((await plain.store.job('j1'))?.error).toEqual({ name: 'Error', message: 'boom', stack: null })
    expect(await plain.store.progress(['j1'])).toEqual(new Map())
  })

  test('frees its unique key when it has ended.', async () => {
    const key = { name: 'k', forMs: 0, policy: 'skip' } as const
    await plain.store.enqueue([newJob({ key })])
    expect(await plain.store.enqueue([newJob({ key })])).toEqual([{ id: 'j1', answer: 'existing' }])
    await nextEnd(plain.worker(async () => 1))
    expect(await plain.store.enqueue([newJob({ key })])).toEqual([{ id: 'j2', answer: 'created' }])
  })

  test('counts in no statistics.', async () => {
    await plain.store.enqueue([newJob()])
    await nextEnd(plain.worker(async () => 1))
    expect(await plain.store.statistics(null)).toEqual([])
  })
})

describe('A schedule whose job a plain worker ends', () => {
  const slotOf = async () => {
    const [schedule] = await plain.store.schedules()
    if (schedule === undefined) throw new Error('it is not there')
    return schedule
  }
  const fire = async (after: number) => {
    const schedule = await slotOf()
    const records = await plain.store.claimSlots(claimOf(schedule, [dueSlot(schedule.decidedUntil + after)]))
    if (records === 'stale') throw new Error('stale')
    return records.map(({ outcome, job, reason }) => [outcome, job ?? reason])
  }

  test('fires its next slot, also if it must not overlap, and has the end of the one before.', async () => {
    await plain.store.putSchedules([newSchedule('s', { overlap: 'skip' })])
    expect(await fire(1)).toEqual([['fired', 'j1']])
    expect(await fire(1)).toEqual([['skipped', 'j1 has not ended']])
    const worker = plain.worker(async () => 1)
    await nextEnd(worker)
    await worker.pause()
    expect(await fire(1)).toEqual([['fired', 'j2']])
    const slots = await plain.store.slots('s', { limit: 10, before: null })
    expect(slots.find(({ job }) => job === 'j1')?.jobEnd).toMatchObject({ state: 'completed', reason: null })
  })

  test('forgets the job in its housekeeping, and knows of the success.', async () => {
    await plain.store.putSchedules([newSchedule('s', { overlap: 'skip' })])
    await fire(1)
    await nextEnd(plain.worker(async () => 1))
    const key = `${plain.prefix}::unended:s`
    expect(plain.server.cli('ZCARD', key)).toBe('1')
    await plain.store.maintain()
    expect(plain.server.cli('ZCARD', key)).toBe('0')
    expect((await slotOf()).lastSuccessAt).toBeGreaterThan(0)
  })

  test('is not held up by a job that somebody has removed.', async () => {
    await plain.store.putSchedules([newSchedule('s', { overlap: 'skip' })])
    await fire(1)
    await plain.queue().remove('j1')
    expect(await fire(1)).toEqual([['fired', 'j2']])
    await plain.queue().remove('j2')
    await plain.store.maintain()
    expect(plain.server.cli('ZCARD', `${plain.prefix}::unended:s`)).toBe('0')
  })
})
