import { expect } from 'vitest'
import { noVitals } from '../support/vitals.js'
import { contract } from './harness.js'

contract('workers', (test) => {
  test('A registered worker is listed with all that it reported, its times and no processes yet.', async (subject) => {
    const said = {
      process: { pid: 77, startTicks: null },
      host: 'elsewhere',
      pidNamespace: null,
      concurrency: 3,
      queues: ['a', 'b'],
      scheduler: true,
      embedded: true,
    }
    const id = await subject.register(said)
    const now = subject.clock.now()
    const { bootId } = subject.clock
    expect(await subject.store.workers()).toEqual([
      { id, ...said, tasks: null, bootId, startedAt: now, lastBeatAt: now, expired: false, ...noVitals },
    ])
  })

  test('Workers are listed in the order of their ids, which are never used twice.', async (subject) => {
    const ids: string[] = []
    for (let count = 0; count < 11; count++) ids.push(await subject.register())
    await subject.store.deregister('w11')
    ids.push(await subject.register())
    expect(ids.at(-1)).toBe('w12')
    const listed = (await subject.store.workers()).map((worker) => worker.id)
    expect(listed).toEqual(ids.filter((id) => id !== 'w11'))
  })

  test('A beat is stored, with the processes and the memory of the worker.', async (subject) => {
    const id = await subject.register()
    await subject.advance(5_000)
    const vitals = { processes: [{ pid: 1, startTicks: 2, rssBytes: 3 }], rssBytes: 4 }
    expect(await subject.store.beat(id, vitals)).toBe(true)
    expect(await subject.store.workers()).toMatchObject([
      { lastBeatAt: subject.clock.now(), startedAt: subject.clock.now() - 5_000, ...vitals },
    ])
  })

  test('What a deregistered worker held goes back without penalty, as released.', async (subject) => {
    const claim = await subject.start()
    await subject.advance(10)
    await subject.store.deregister(claim.worker)
    expect(await subject.store.workers()).toEqual([])
    expect(await subject.job(claim.job.id)).toMatchObject({ state: 'queued', failures: 0, losses: 0, attempt: 1 })
    expect(await subject.store.attempts(claim.job.id)).toMatchObject([{ state: 'released', worker: claim.worker }])
  })

  test('A worker can deregister twice, and one that never was can too.', async (subject) => {
    const id = await subject.register()
    await subject.store.deregister(id)
    await subject.store.deregister(id)
    await subject.store.deregister('w99')
    await subject.store.deregister('nonsense')
    expect(await subject.store.workers()).toEqual([])
  })

  test('A deregistered worker touches nothing of another.', async (subject) => {
    const kept = await subject.start()
    await subject.store.deregister(await subject.register())
    expect((await subject.job(kept.job.id)).state).toBe('running')
  })
})
