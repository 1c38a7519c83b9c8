import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { giveBack } from '../../src/app/store/move-ends.js'
import { moveStore, previewMove, undoMove } from '../../src/app/store/move-store.js'
import { systemClock } from '../../src/engine/clock.js'
import { type MovableLocation, openExport, openStore, openStoreForReading } from '../../src/open.js'
import type { TransferRecord } from '../../src/stores/transfer.js'
import { expectConsistent } from '../support/consistency.js'
import { temporaryFolder } from '../support/folder.js'
import { newJob, newWorker } from '../support/job.js'
import { fill, histories, moved, never, openAt, recordsAt, redisAt, sqliteAt } from '../support/moved-stores.js'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const kinds = ['sqlite', 'redis'] as const
const places: Readonly<Record<(typeof kinds)[number], (name: string) => Promise<MovableLocation>>> = {
  sqlite: async (name) => sqliteAt(folder.path, `${name}.db`),
  redis: redisAt,
}
const ways = kinds.flatMap((from) => kinds.map((to) => ({ from, to })))
const endsOf = async ({ from, to }: (typeof ways)[number]) => ({
  from: await places[from]('a'),
  to: await places[to]('b'),
})

/** The same history each time: long enough for jobs of all states. */
function sample() {
  return fc.sample(histories, { numRuns: 4, seed: 7 }).flat()
}

/** A signal that fires when it is looked at for the `count`th time. */
function firesAt(count: number): AbortSignal {
  let looks = 0
  const throwIfAborted = () => {
    if (++looks === count) throw new Error('interrupted')
  }
  return { throwIfAborted } as unknown as AbortSignal
}

async function withStore<T>(location: MovableLocation, use: (store: Awaited<ReturnType<typeof openAt>>) => Promise<T>) {
  const store = await openAt(location)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

const held = async (location: MovableLocation): Promise<readonly TransferRecord[]> => recordsAt(location)

test.each(ways)(
  'A move from $from to $to that is interrupted anywhere goes on, and stores nothing twice.',
  async (way) => {
    const ends = await endsOf(way)
    await fill(ends.from, sample())
    const before = await held(ends.from)
    let interruptions = 0
    for (let count = 1; ; count = Math.ceil(count * 1.4)) {
      try {
        await moveStore(ends, firesAt(count))
        break
      } catch (thrown) {
        expect(thrown).toMatchObject({ message: 'interrupted' })
        interruptions++
        for (const location of [ends.from, ends.to]) {
          await expect(openStore(location, systemClock)).rejects.toMatchObject({ code: 'E_STORE_MOVED' })
        }
      }
    }
    expect(interruptions).toBeGreaterThan(5)
    expect(await held(ends.to)).toEqual(before)
    if (ends.to.kind === 'sqlite') expectConsistent(ends.to.path)
    await expect(moved(ends.from, ends.to)).rejects.toMatchObject({ code: 'E_STORE_MOVED' })
  },
)

test.each(ways)('A move from $from to $to can be given up while nothing was changed there.', async (way) => {
  const ends = await endsOf(way)
  await fill(ends.from, sample())
  const before = await held(ends.from)
  await expect(undoMove(ends, never)).rejects.toMatchObject({ code: 'E_MOVE' })

  await expect(moveStore(ends, firesAt(8))).rejects.toThrow('interrupted')
  await undoMove(ends, never)
  expect(await held(ends.from)).toEqual(before)

  await moved(ends.from, ends.to)
  await expect(undoMove(ends, firesAt(3))).rejects.toThrow('interrupted')
  await undoMove(ends, never)
  expect(await held(ends.from)).toEqual(before)
  await withStore(ends.from, async (store) => expect(await store.queues()).not.toEqual([]))

  await moved(ends.from, ends.to)
  const [answer] = await withStore(ends.to, (store) => store.enqueue([newJob()]))
  expect(answer).toEqual({ id: `j${lastJob(before) + 1}`, answer: 'created' })
  await expect(undoMove(ends, never)).rejects.toMatchObject({ code: 'E_MOVE_DIFFERS' })
  await withStore(ends.to, async (store) =>
    expect(await store.job(answer?.id ?? '')).toMatchObject({ state: 'queued' }),
  )
})

function lastJob(records: readonly TransferRecord[]): number {
  return records.flatMap((record) => (record.kind === 'counters' ? [record.job] : []))[0] ?? 0
}

test.each(kinds)('Nobody uses a store in %s that is moved, not even who has it open.', async (kind) => {
  const [from, to] = [await places[kind]('a'), await places.sqlite('b')]
  await withStore(from, async (store) => {
    await store.enqueue([newJob()])
    await moved(from, to)
    const refusal = {
      name: 'StoreLostError',
      code: 'E_STORE_MOVED',
      message: expect.stringContaining(`sqlite:${folder.path}/b.db`),
    }
    await expect(store.enqueue([newJob()])).rejects.toMatchObject(refusal)
    await expect(store.register(newWorker(systemClock))).rejects.toMatchObject(refusal)
  })
  for (const open of [openStore, openStoreForReading]) {
    await expect(open(from, systemClock)).rejects.toMatchObject({ code: 'E_STORE_MOVED' })
  }
  await withStore(to, async (store) => expect(await store.job('j1')).toMatchObject({ state: 'queued' }))
  await expect(moved(from, await places.sqlite('c'))).rejects.toMatchObject({ code: 'E_STORE_MOVED' })
})

test.each(kinds)(
  'A store in %s is not moved while workers are alive, and the jobs of dead ones are given back.',
  async (kind) => {
    const [from, to] = [await places[kind]('a'), await places.sqlite('b')]
    const worker = await withStore(from, async (store) => {
      const worker = await store.register({
        ...newWorker(systemClock),
        process: { pid: process.pid, startTicks: null },
      })
      await store.enqueue([
        newJob(),
        newJob({ reservedFor: worker }),
        newJob({ reservedFor: worker, lostWithWorker: true }),
      ])
      expect(await store.claim({ worker, queues: null, limit: 2 })).toHaveLength(2)
      return worker
    })
    await expect(moved(from, to)).rejects.toMatchObject({
      code: 'E_WORKERS_ALIVE',
      message: expect.stringContaining(worker),
    })
    await withStore(from, async (store) => expect(await store.running(9)).toHaveLength(2))

    const source = await openExport(from, systemClock, true)
    const back = await giveBack(from, await source.workers())
    await source.close()
    expect(back).toEqual({ requeued: 1, lost: 1 })
    await moved(from, to)
    await withStore(to, async (store) => {
      const { items } = await store.jobs({}, { limit: 9, after: null })
      expect(items.map(({ state, reservedFor }) => [state, state === 'queued' ? reservedFor : null]).sort()).toEqual([
        ['failed', null],
        ['queued', null],
        ['queued', null],
      ])
      expect(await store.register(newWorker(systemClock))).toBe('w2')
    })
    expectConsistent(`${folder.path}/b.db`)
  },
)

test.each(kinds)('A store in %s that holds anything is no target.', async (kind) => {
  const [from, to] = [await places.sqlite('a'), await places[kind]('b')]
  await withStore(from, (store) => store.enqueue([newJob()]))
  await withStore(to, (store) => store.pauseQueues(['a']))
  await expect(moved(from, to)).rejects.toMatchObject({
    code: 'E_MOVE',
    message: expect.stringContaining('is not empty'),
  })
  await withStore(from, async (store) => expect(await store.enqueue([newJob()])).toMatchObject([{ id: 'j2' }]))
  await expect(previewMove({ from, to }, never)).rejects.toMatchObject({ code: 'E_MOVE' })
  const free = await places[kind]('c')
  expect((await previewMove({ from, to: free }, never)).counts.get('job')).toBe(2)
  await expect(openExport(free, systemClock, true)).rejects.toMatchObject({ code: 'E_STORE_NONE' })
})
