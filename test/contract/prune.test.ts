import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { contract, type Subject } from './harness.js'

const hourMs = 3_600_000

async function completed(subject: Subject, overrides: Parameters<Subject['start']>[0] = {}): Promise<string> {
  const claim = await subject.start(overrides)
  const now = subject.clock.now()
  await subject.settle(claim, { ...subject.outcome.completed(), startedAt: now, endedAt: now })
  await subject.advance(1_000)
  return claim.job.id
}
const ids = async (subject: Subject) =>
  (await subject.store.jobs({}, { limit: 100, after: null })).items.map(({ id }) => id).sort()

/** Prunes what ended at a time or earlier; completed jobs are kept as long as cancelled ones. */
function prune(subject: Subject, ended: { readonly completed?: number; readonly failed?: number }, limit = 100) {
  const kept = (time: number | undefined) => (time === undefined ? null : subject.clock.now() - time)
  return subject.store.prune(retentionOf({ completedMs: kept(ended.completed), failedMs: kept(ended.failed) }), limit)
}

contract('prune', (test) => {
  test('The id of a job that was removed never comes back, even if it was the newest.', async (subject) => {
    const newest = await completed(subject)
    expect(await prune(subject, { completed: subject.clock.now() })).toBe(1)
    expect(await ids(subject)).toEqual([])
    expect(Number((await subject.add()).slice(1))).toBeGreaterThan(Number(newest.slice(1)))
  })

  test('What ended at or before a time goes, the oldest first, with its attempts; everything else stays.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.retry(0))
    const again = await subject.claimOne(claim.worker)
    const firstEnd = subject.clock.now()
    await subject.settle(again, { ...subject.outcome.completed(), startedAt: firstEnd, endedAt: firstEnd })
    await subject.advance(1_000)
    const second = await completed(subject)
    const secondEnd = subject.clock.now() - 1_000
    const third = await completed(subject)
    const waiting = await subject.add()
    expect(await prune(subject, { completed: firstEnd - 1 })).toBe(0)
    expect(await prune(subject, { completed: secondEnd }, 1)).toBe(1)
    expect(await subject.store.job(claim.job.id)).toBe(null)
    expect(await subject.store.attempts(claim.job.id)).toEqual([])
    expect(await prune(subject, { completed: secondEnd }, 1)).toBe(1)
    expect(await subject.store.job(second)).toBe(null)
    expect(await prune(subject, { completed: secondEnd, failed: secondEnd }, 1)).toBe(0)
    expect(await ids(subject)).toEqual([third, waiting].sort())
  })

  test('Failed jobs have their own time; cancelled ones have that of the completed.', async (subject) => {
    const failed = await subject.start()
    await subject.settle(failed, { ...subject.outcome.failed(), startedAt: 1, endedAt: 1 })
    const cancelled = await subject.add()
    await subject.store.cancel([cancelled])
    await completed(subject)
    const now = subject.clock.now()
    expect(await prune(subject, { completed: now })).toBe(2)
    expect(await ids(subject)).toEqual([failed.job.id])
    expect(await prune(subject, { failed: now })).toBe(1)
    expect(await ids(subject)).toEqual([])
  })

  test('An id does not come back.', async (subject) => {
    const id = await completed(subject)
    await prune(subject, { completed: subject.clock.now() })
    expect(await subject.add()).not.toBe(id)
  })

  test('A unique key is never free early: its job stays until then, and the key goes with it.', async (subject) => {
    const key = { name: 'k', policy: 'skip', forMs: hourMs } as const
    const id = await completed(subject, { key })
    expect(await prune(subject, { completed: subject.clock.now() })).toBe(0)
    const [again] = await subject.store.enqueue([newJob({ key })])
    expect(again).toEqual({ id, answer: 'existing' })
    await subject.advance(hourMs)
    expect(await prune(subject, { completed: subject.clock.now() })).toBe(1)
    const [free] = await subject.store.enqueue([newJob({ key })])
    expect(free?.answer).toBe('created')
  })

  test('Pruned jobs stay counted; the statistics of old minutes go, those of all time stay.', async (subject) => {
    await completed(subject)
    await subject.advance(hourMs)
    await completed(subject)
    await subject.store.prune(retentionOf({ completedMs: 0, statisticsMs: 60_000 }), 100)
    const sum = async (since: number | null) => (await subject.store.statistics(since))[0]?.completed ?? 0
    expect([await sum(0), await sum(null)]).toEqual([1, 2])
  })

  test('Over the number, the lowest ids of a state go, in full batches.', async (subject) => {
    const done = [await completed(subject)]
    for (let n = 1; n < 6; n++) done.push(await completed(subject))
    const cancelled = await subject.add()
    await subject.store.cancel([cancelled])
    await subject.advance(hourMs)
    const retention = retentionOf({ most: 1 })
    expect(await subject.store.prune(retention, 2)).toBe(2)
    expect(await ids(subject)).toEqual([...done.slice(2), cancelled])
    expect(await subject.store.prune(retention, 2)).toBe(2)
    done.push(await completed(subject))
    expect(await subject.store.prune(retention, 2)).toBe(2)
    expect(await subject.store.prune(retention, 2)).toBe(0)
    expect(await ids(subject)).toEqual([done.at(-1), cancelled].sort())
  })

  test('Over the number, the lowest id goes although it ended last.', async (subject) => {
    const slow = await subject.start()
    const quick = await completed(subject)
    const now = subject.clock.now()
    await subject.settle(slow, { ...subject.outcome.completed(), startedAt: now, endedAt: now })
    await subject.advance(hourMs)
    expect(await subject.store.prune(retentionOf({ most: 1 }), 10)).toBe(1)
    expect(await ids(subject)).toEqual([quick])
  })

  test('Over the number, no job goes that ended within the last hour.', async (subject) => {
    const done = [await completed(subject), await completed(subject)]
    await subject.advance(hourMs - 2_001) // the first one ended an hour ago, but for a millisecond
    expect(await subject.store.prune(retentionOf({ most: 1 }), 10)).toBe(0)
    await subject.advance(1)
    expect(await subject.store.prune(retentionOf({ most: 1 }), 10)).toBe(1)
    expect(await ids(subject)).toEqual(done.slice(1))
  })

  test('Old jobs go although there are few, and too many jobs although they are not old.', async (subject) => {
    await completed(subject)
    await subject.advance(hourMs)
    const young = [await completed(subject), await completed(subject)]
    const retention = { completedMs: 3 * hourMs, most: 1 }
    expect(await subject.store.prune(retentionOf({ completedMs: hourMs, most: 2 }), 10)).toBe(1)
    expect(await ids(subject)).toEqual(young)
    await subject.advance(hourMs)
    expect(await subject.store.prune(retentionOf(retention), 10)).toBe(1)
    expect(await ids(subject)).toEqual(young.slice(1))
  })

  test('A job that holds its key is passed over for the next one.', async (subject) => {
    const holder = await completed(subject, { key: { name: 'k', policy: 'skip', forMs: 9 * hourMs } })
    const others = [await completed(subject), await completed(subject)]
    await subject.advance(hourMs)
    expect(await subject.store.prune(retentionOf({ most: 2 }), 10)).toBe(1)
    expect(await ids(subject)).toEqual([holder, ...others.slice(1)])
  })

  test('Looking after itself changes nothing that can be seen.', async (subject) => {
    const id = await completed(subject)
    await subject.store.maintain()
    expect(await ids(subject)).toEqual([id])
  })

  test('What a prune would remove can be counted before; to count removes nothing.', async (subject) => {
    const { store } = subject
    for (let index = 0; index < 3; index++) await store.cancel([await subject.add()])
    await subject.advance(1_000)
    await subject.add()
    const retention = retentionOf({ completedMs: 500 })
    expect(await store.prunable(retention, 100)).toBe(3)
    expect(await store.prunable(retention, 2)).toBe(2)
    expect(await store.prune(retention, 100)).toBe(3)
    expect(await store.prunable(retention, 100)).toBe(0)
  })
})
