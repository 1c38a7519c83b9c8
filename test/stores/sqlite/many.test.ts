import { describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { expectConsistent } from '../../support/consistency.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { folderOfTest, openStore, storePath } from './open.js'

/** A store with a worker; what is in its file is checked when the test is over. */
async function storeWithWorker() {
  const path = storePath(folderOfTest())
  const clock = movableClock()
  onTestFinished(() => expectConsistent(path))
  const store = openStore(path, clock)
  return { store, clock, worker: await store.register(newWorker(clock)), outcome: outcomesAt(clock) }
}

const idsOf = (claims: Awaited<ReturnType<Store['claim']>>) => claims.map(({ job }) => job.id)

describe('A claim', () => {
  test('Takes the jobs of 250 tasks by priority and arrival, whatever their task.', async () => {
    const { store, worker } = await storeWithWorker()
    const jobs = Array.from({ length: 500 }, (_, n) => newJob({ task: `t${n % 250}`, priority: n % 3 }))
    await store.enqueue(jobs)
    const byHand = jobs
      .map(({ priority }, index) => ({ priority, index }))
      .sort((a, b) => b.priority - a.priority || a.index - b.index)
      .map(({ index }) => `j${index + 1}`)
    const first = idsOf(await store.claim({ worker, queues: null, limit: 200 }))
    const rest = idsOf(await store.claim({ worker, queues: null, limit: 1_000 }))
    expect([...first, ...rest]).toEqual(byHand)
  })

  test('Passes over expired jobs between others, and takes as many as it is asked for.', async () => {
    const { store, clock, worker } = await storeWithWorker()
    const expiresAt = clock.now() + 10
    await store.enqueue(
      Array.from({ length: 90 }, (_, n) =>
        newJob({ task: n % 2 === 0 ? 'a' : 'b', ...(n % 3 === 0 ? { expiresAt } : {}) }),
      ),
    )
    await clock.advance(10)
    const expected = Array.from({ length: 90 }, (_, n) => n).filter((n) => n % 3 !== 0)
    const first = idsOf(await store.claim({ worker, queues: null, limit: 25 }))
    expect(first).toEqual(expected.slice(0, 25).map((n) => `j${n + 1}`))
    expect(idsOf(await store.claim({ worker, queues: null, limit: 100 }))).toHaveLength(35)
    expect((await store.queues())[0]?.counts).toMatchObject({ queued: 30, running: 60 })
  })

  test('Finds a job behind ten thousand of a task that its worker does not know.', async () => {
    const { store, worker } = await storeWithWorker()
    await store.enqueue(Array.from({ length: 10_000 }, () => newJob({ task: 'unknown', priority: 9 })))
    await store.enqueue([newJob({ task: 'known' })])
    expect(idsOf(await store.claim({ worker, queues: null, tasks: ['known'], limit: 10 }))).toEqual(['j10001'])
  })
})

describe('Many ends at once', () => {
  test.each([1, 2, 24, 25, 26, 49, 77])('Of %i completions, those that are not lost are stored.', async (count) => {
    const { store, worker, outcome } = await storeWithWorker()
    await store.enqueue(Array.from({ length: count }, () => newJob()))
    const claims = await store.claim({ worker, queues: null, limit: count })
    const ends = claims.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
    expect(await store.settle(ends)).toEqual(claims.map(() => 'settled'))
    expect(await store.settle(ends)).toEqual(claims.map(() => 'lost'))
    expect((await store.statistics(null))[0]?.completed).toBe(count)
  })

  test('One that is lost takes no other with it, wherever it is, and is counted nowhere.', async () => {
    const { store, worker, outcome } = await storeWithWorker()
    await store.enqueue(Array.from({ length: 60 }, () => newJob()))
    const claims = await store.claim({ worker, queues: null, limit: 60 })
    const ends = claims.map(({ lease }, n) => ({
      lease: n === 30 ? { ...lease, attempt: 7 } : lease,
      outcome: outcome.completed(),
    }))
    const answers = await store.settle(ends)
    expect(answers.filter((answer) => answer === 'settled')).toHaveLength(59)
    expect(answers[30]).toBe('lost')
    expect((await store.job('j31'))?.state).toBe('running')
    expect((await store.statistics(null))[0]?.completed).toBe(59)
  })

  test('Completions among other ends, of several attempts and workers, are stored each as what it is.', async () => {
    const { store, clock, worker, outcome } = await storeWithWorker()
    const other = await store.register(newWorker(clock))
    await store.enqueue(Array.from({ length: 60 }, () => newJob()))
    const again = await store.claim({ worker, queues: null, limit: 10 })
    await store.settle(again.map(({ lease }) => ({ lease, outcome: outcome.retry(0) })))
    const claims = [
      ...(await store.claim({ worker, queues: null, limit: 30 })),
      ...(await store.claim({ worker: other, queues: null, limit: 30 })),
    ]
    const ends = claims.map(({ lease }, n) => ({
      lease,
      outcome: n % 10 === 0 ? outcome.failed() : n % 10 === 1 ? outcome.retry(0) : outcome.completed(),
    }))
    expect(new Set(await store.settle(ends))).toEqual(new Set(['settled']))
    const [queue] = await store.queues()
    expect(queue?.counts).toMatchObject({ completed: 48, failed: 6, queued: 6, running: 0 })
  })
})

describe('A transaction that is rolled back', () => {
  test('Leaves no number of a name behind: the next job of another task is that of its own task.', async () => {
    const { store, worker } = await storeWithWorker()
    const bad = store.enqueue([newJob({ task: 'gone', queue: 'gone' }), newJob({ priority: 1_000 })])
    await expect(bad).rejects.toThrow('CHECK')
    await store.enqueue([newJob({ task: 'there', queue: 'here' })])
    await store.enqueue([newJob({ task: 'gone', queue: 'gone' })])
    const claims = await store.claim({ worker, queues: null, limit: 10 })
    expect(claims.map(({ job }) => [job.id, job.queue, job.task])).toEqual([
      ['j2', 'gone', 'gone'],
      ['j1', 'here', 'there'],
    ])
  })
})
