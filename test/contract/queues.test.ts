import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract } from './harness.js'

contract('queues', (test) => {
  test('Only the queues that were asked for are served; null is all of them.', async (subject) => {
    await subject.store.enqueue(['a', 'b', 'c'].map((queue) => newJob({ queue })))
    const worker = await subject.register()
    expect(await subject.claimIds(worker, 10, ['b', 'nothing-here'])).toEqual(['j2'])
    expect(await subject.claimIds(worker, 10, [])).toEqual([])
    expect([...(await subject.claimIds(worker, 10, null))].sort()).toEqual(['j1', 'j3'])
  })

  test('A queue named twice gets no second share.', async (subject) => {
    await subject.store.enqueue(['a', 'a', 'a', 'b', 'b', 'b'].map((queue) => newJob({ queue })))
    const ids = await subject.claimIds(await subject.register(), 4, ['a', 'a', 'b'])
    expect([...ids].sort()).toEqual(['j1', 'j2', 'j4', 'j5'])
  })

  test('Each queue gets an even share, whatever its length.', async (subject) => {
    await subject.store.enqueue(Array.from({ length: 50 }, () => newJob({ queue: 'long', priority: 50 })))
    await subject.store.enqueue(Array.from({ length: 50 }, () => newJob({ queue: 'other' })))
    const claims = await subject.claim(await subject.register(), 10)
    expect(claims.filter(({ job }) => job.queue === 'other')).toHaveLength(5)
  })

  test('What a short queue leaves goes to the long ones.', async (subject) => {
    await subject.store.enqueue([
      ...Array.from({ length: 20 }, () => newJob({ queue: 'a' })),
      newJob({ queue: 'b' }),
      ...Array.from({ length: 20 }, () => newJob({ queue: 'c' })),
    ])
    const claims = await subject.claim(await subject.register(), 11)
    const count = (queue: string) => claims.filter(({ job }) => job.queue === queue).length
    expect([claims.length, count('a'), count('b'), count('c')]).toEqual([11, 5, 1, 5])
  })

  test('With room for one job at a time, queues take turns.', async (subject) => {
    await subject.store.enqueue(['a', 'b', 'c'].flatMap((queue) => Array.from({ length: 3 }, () => newJob({ queue }))))
    const worker = await subject.register()
    const served: string[] = []
    for (let turn = 0; turn < 9; turn++) served.push((await subject.claimOne(worker)).job.queue)
    expect(served).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c'])
  })

  test('Within a queue the order is by priority, over several claims.', async (subject) => {
    await subject.store.enqueue([1, 3, 2].flatMap((priority) => ['a', 'b'].map((queue) => newJob({ queue, priority }))))
    const worker = await subject.register()
    const order: Record<string, number[]> = { a: [], b: [] }
    for (let turn = 0; turn < 3; turn++) {
      for (const { job } of await subject.claim(worker, 2)) {
        order[job.queue]?.push((await subject.job(job.id)).priority)
      }
    }
    expect(order).toEqual({ a: [3, 2, 1], b: [3, 2, 1] })
  })

  test('Queues are served by their weights, in one claim and over many.', async (subject) => {
    await subject.store.enqueue(
      ['high', 'low', 'mid'].flatMap((queue) => Array.from({ length: 60 }, () => newJob({ queue }))),
    )
    const worker = await subject.register()
    const weights = { high: 5, mid: 2, low: 1 }
    const shares = Object.entries(weights).map(([name, weight]) => ({ name, weight }))
    const counts: Record<string, number> = { high: 0, mid: 0, low: 0 }
    for (const limit of [1, 1, 1, 1, 1, 1, 1, 1, 8, 3, 5, 16, 40]) {
      for (const { job } of await subject.claim(worker, limit, { shares, strict: false })) {
        counts[job.queue] = (counts[job.queue] ?? 0) + 1
      }
    }
    expect(counts).toEqual({ high: 50, mid: 20, low: 10 })
  })

  test('Strict: a queue has its turn when those before it are empty, whatever the weights.', async (subject) => {
    await subject.store.enqueue(['b', 'a', 'b', 'a'].map((queue) => newJob({ queue })))
    const choice = { shares: ['b', 'c', 'a'].map((name, index) => ({ name, weight: index + 1 })), strict: true }
    const worker = await subject.register()
    expect(await subject.claimIds(worker, 1, choice)).toEqual(['j1'])
    expect(await subject.claimIds(worker, 2, choice)).toEqual(['j3', 'j2'])
    await subject.store.enqueue([newJob({ queue: 'b' })])
    expect(await subject.claimIds(worker, 9, choice)).toEqual(['j5', 'j4'])
  })

  test('A queue that was empty has nothing to catch up with.', async (subject) => {
    const worker = await subject.register()
    await subject.store.enqueue(Array.from({ length: 20 }, () => newJob({ queue: 'a' })))
    for (let turn = 0; turn < 10; turn++) await subject.claim(worker, 1, ['a', 'b'])
    await subject.store.enqueue(Array.from({ length: 10 }, () => newJob({ queue: 'b' })))
    const claims = await subject.claim(worker, 4, ['a', 'b'])
    expect(claims.filter(({ job }) => job.queue === 'b')).toHaveLength(2)
  })
})
