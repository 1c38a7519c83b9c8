import { afterEach, beforeEach, expect, test } from 'vitest'
import { moveStore, undoMove } from '../../src/app/store/move-store.js'
import { systemClock } from '../../src/engine/clock.js'
import { type MovableLocation, parseStoreUrl } from '../../src/open.js'
import { expectConsistent } from '../support/consistency.js'
import { temporaryFolder } from '../support/folder.js'
import { newJob, newWorker, outcomesAt } from '../support/job.js'
import { moved, never, openAt, sqliteAt } from '../support/moved-stores.js'
import { nextEnd, PlainBullmq } from '../support/plain-bullmq.js'

let folder: ReturnType<typeof temporaryFolder>
let plain: PlainBullmq
let from: MovableLocation
beforeEach(async () => {
  folder = temporaryFolder()
  plain = await PlainBullmq.open()
  from = parseStoreUrl(`${plain.server.url}?prefix=${plain.prefix}`, folder.path) as MovableLocation
})
afterEach(async () => {
  await plain.close()
  folder.remove()
})

test("Jobs of BullMQ's producers and workers move, and commands that they put there do not.", async () => {
  const to = sqliteAt(folder.path, 'b.db')
  const queue = plain.queue()
  await plain.store.enqueue([
    newJob({ task: 'done' }),
    newJob({ task: 'broken', maxRetries: 0 }),
    newJob({ task: 'shell' }),
  ])
  const worker = plain.worker(
    async ({ name }) => {
      if (name === 'broken') throw new Error('no')
      if (name === 'shell') throw new Error('not here')
      return { by: 'bullmq' }
    },
    { concurrency: 1 },
  )
  for (let ended = 0; ended < 3; ended++) await nextEnd(worker)
  await worker.close()
  await queue.add('shell', { command: 'true' })
  await queue.add('mail', { to: 'ann' }, { delay: 3_600_000, attempts: 4, jobId: 'their-own' })
  await queue.add('mail', { to: 'bob' }, { priority: 5 })
  await moved(from, to)
  const store = await openAt(to)
  const { items } = await store.jobs({}, { limit: 99, after: null })
  const shown = items.map(({ task, state, maxRetries }) => [task, state, maxRetries]).sort()
  const failures = (await store.failures(0, 9)).map(({ task, count }) => [task, count])
  await store.close()
  expect(shown).toEqual([
    ['broken', 'failed', 0],
    ['done', 'completed', 3],
    ['mail', 'queued', 0],
    ['mail', 'scheduled', 3],
    ['shell', expect.stringMatching(/^(failed|scheduled)$/), 3],
  ])
  expect(failures).toContainEqual(['broken', 1])
  expectConsistent(`${folder.path}/b.db`)
})

test('What BullMQ adds meanwhile is found: a move that goes on brings it along.', async () => {
  const to = sqliteAt(folder.path, 'b.db')
  await plain.store.enqueue([newJob()])
  const queue = plain.queue()
  let looks = 0
  const adds = {
    throwIfAborted() {
      if (++looks === 2) throw new Error('interrupted')
    },
  } as unknown as AbortSignal
  await expect(moveStore({ from, to }, adds)).rejects.toThrow('interrupted')
  await queue.add('late', {})
  await moved(from, to)
  const store = await openAt(to)
  expect(await store.job('j2')).toMatchObject({ task: 'late', state: 'queued' })
  await store.close()
})

test('Jobs that run on workers of BullMQ keep a store from being moved.', async () => {
  const to = sqliteAt(folder.path, 'b.db')
  await plain.store.enqueue([newJob()])
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const worker = plain.worker(async () => {
    begun.resolve()
    await end
  })
  await begun.promise
  await expect(moved(from, to)).rejects.toMatchObject({ code: 'E_WORKERS_ALIVE' })
  const ended = nextEnd(worker)
  resolve()
  await ended
  await worker.close()
  await moved(from, to)
  await undoMove({ from, to }, never)
  expect(await plain.store.enqueue([newJob()])).toMatchObject([{ id: 'j2' }])
})

test("BullMQ's own classes show and run jobs that have come from a file.", async () => {
  const file = sqliteAt(folder.path, 'a.db')
  const store = await openAt(file)
  const worker = await store.register(newWorker(systemClock))
  const outcome = outcomesAt(systemClock)
  await store.enqueue([newJob(), newJob({ maxRetries: 0 }), newJob()])
  const ends = [outcome.completed('{"ok":1}'), outcome.failed(), outcome.cancelled()]
  const claims = await store.claim({ worker, queues: null, limit: 3 })
  await store.settle(claims.map(({ lease }, index) => ({ lease, outcome: ends[index] ?? outcome.cancelled() })))
  await store.enqueue([
    newJob({ argsJson: '[{"to":"ann"}]' }),
    newJob({ dueAt: systemClock.now() + 200 }),
    newJob({ queue: 'paused' }),
  ])
  await store.pauseQueues(['paused'])
  await store.deregister(worker)
  await store.close()
  await moved(file, from)

  const queue = plain.queue()
  expect(await queue.getJobCounts('completed', 'failed', 'prioritized', 'delayed')).toEqual({
    completed: 1,
    failed: 2,
    prioritized: 1,
    delayed: 1,
  })
  expect(await (await queue.getJob('j1'))?.getState()).toBe('completed')
  expect((await queue.getJob('j1'))?.returnvalue).toEqual({ ok: 1 })
  expect(await plain.queue('paused').isPaused()).toBe(true)
  const ran: unknown[] = []
  const theirs = plain.worker(async ({ id, data }) => ran.push([id, data]))
  await new Promise<void>((resolve) => {
    let completed = 0
    theirs.on('completed', () => {
      if (++completed === 2) resolve()
    })
  })
  expect(ran.sort()).toEqual([
    ['j4', { to: 'ann' }],
    ['j5', ['world']],
  ])
  expect(await plain.store.job('j5')).toMatchObject({ state: 'completed', attempt: 1 })
})
