import { expect } from 'vitest'
import { retentionOf } from '../support/retention.js'
import { contract } from './harness.js'

const minuteMs = 60_000

contract('queue-samples', (test) => {
  test('A queue that has changed is sampled, once a minute.', async (subject) => {
    const { store, clock } = subject
    const start = clock.now()
    expect(start % minuteMs).toBe(0)
    await store.maintain()
    expect(await store.queueSamples(0)).toEqual([])
    await subject.add({ queue: 'a' })
    await subject.add({ queue: 'b', dueAt: start + 3_600_000 })
    await store.maintain()
    const first = [
      { queue: 'a', at: start, queued: 1, enqueued: 1 },
      { queue: 'b', at: start, queued: 0, enqueued: 1 },
    ]
    expect(await store.queueSamples(0)).toEqual(first)
    await subject.start({ queue: 'c' }).catch(() => {}) // a waits before it
    await subject.add({ queue: 'a' })
    await subject.advance(minuteMs - 1)
    await store.maintain()
    await subject.advance(1)
    await store.maintain()
    await subject.advance(minuteMs)
    await store.maintain()
    expect((await store.queueSamples(start + 1)).filter(({ queue }) => queue !== 'c')).toEqual([
      { queue: 'a', at: start + minuteMs, queued: 1, enqueued: 2 },
    ])
  })

  test('Jobs that run, have ended or were removed count as enqueued.', async (subject) => {
    const { store } = subject
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.completed())
    await subject.start()
    await subject.add({ dueAt: subject.clock.now() + 3_600_000 })
    await subject.advance(minuteMs)
    await store.prune(retentionOf({ completedMs: 0 }), 10)
    await store.maintain()
    expect(await store.queueSamples(0)).toMatchObject([{ queued: 0, enqueued: 3 }])
    await store.prune(retentionOf({ statisticsMs: 0 }), 10)
    await subject.advance(1)
    await store.prune(retentionOf({ statisticsMs: 0 }), 10)
  })
})
