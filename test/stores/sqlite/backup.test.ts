import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStoreFile } from '../../../src/stores/sqlite/store-file.js'
import type { Store } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newJob, newWorker } from '../../support/job.js'
import { folderOfTest, openRaw, openStore } from './open.js'

const clock = movableClock()
const never = new AbortController().signal

const idsOf = async (store: Store) => (await store.jobs({}, { limit: 10_000, after: null })).items.map(({ id }) => id)

/** A store of some jobs, and where a copy of it may be. */
async function storeWith(jobs: number) {
  const folder = folderOfTest()
  const path = join(folder, 'jobs.db')
  const store = openStore(path, clock)
  await store.enqueue(Array.from({ length: jobs }, () => newJob({ argsJson: JSON.stringify(['x'.repeat(2_000)]) })))
  const backUp = (target: string, replaces = false, signal = never) =>
    openStoreFile(path, clock).backUp({ path: target, replaces }, signal)
  return { folder, path, store, copy: join(folder, 'copy.db'), backUp }
}

describe('A backup', () => {
  test('It has the jobs of one moment, though others enqueue between its steps, and nobody waits for its end.', async () => {
    const { store, copy, backUp } = await storeWith(5_000)
    let isDone = false
    const made = backUp(copy).finally(() => {
      isDone = true
    })
    let writes = 0
    while (!isDone) {
      await store.enqueue([newJob()])
      writes++
    }
    await made
    // Each step of some megabytes lets writers in: 5,000 jobs are several.
    expect(writes).toBeGreaterThan(3)
    const copied = await idsOf(openStore(copy, clock))
    expect(copied.length).toBeGreaterThanOrEqual(5_000)
    expect(copied.length).toBeLessThan(5_000 + writes)
    // A gap would be a moment that never was.
    expect(copied).toHaveLength(Number(copied[0]?.slice(1)))
    expect(openRaw(copy).pragma('integrity_check', { simple: true })).toBe('ok')
  })

  test('It is for its owner alone, is one file, and leaves nothing else behind.', async () => {
    const { folder, copy, backUp } = await storeWith(1)
    const before = process.umask(0)
    try {
      const { bytes } = await backUp(copy)
      expect(bytes).toBe(statSync(copy).size)
    } finally {
      process.umask(before)
    }
    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(folder).sort()).toEqual(['copy.db', 'jobs.db', 'jobs.db-shm', 'jobs.db-wal'])
  })

  test('What ran is queued in it without a penalty, no worker is left in it, and the store itself is as it was.', async () => {
    const { store, copy, backUp } = await storeWith(3)
    const worker = await store.register(newWorker(clock))
    await store.beat(worker, { processes: [{ pid: 99, startTicks: 1, rssBytes: null }], rssBytes: null })
    await store.claim({ worker, queues: null, limit: 2 })
    expect(await backUp(copy)).toMatchObject({ requeued: 2, lost: 0, at: clock.now() })
    const copied = openStore(copy, clock)
    expect(await copied.workers()).toEqual([])
    expect((await copied.queues())[0]?.counts).toMatchObject({ queued: 3, running: 0, failed: 0 })
    expect(await copied.job('j1')).toMatchObject({ losses: 0, failures: 0, suspect: false })
    expect((await store.queues())[0]?.counts).toMatchObject({ queued: 1, running: 2 })
    expect(await store.beat(worker, { processes: [], rssBytes: null })).toBe(true)
  })

  test('A job that reads the stdin of a run is failed in it as lost: it must not run without.', async () => {
    const { store, copy, backUp } = await storeWith(0)
    const worker = await store.register(newWorker(clock, { queues: [] }))
    await store.enqueue([newJob({ reservedFor: worker, lostWithWorker: true })])
    await store.claim({ worker, queues: null, limit: 1 })
    expect(await backUp(copy)).toMatchObject({ requeued: 0, lost: 1 })
    expect(await openStore(copy, clock).job('j1')).toMatchObject({ state: 'failed', reason: 'lost' })
  })

  test('A file that is there is replaced only if that is asked for, also one that somebody has read.', async () => {
    const { copy, store, backUp } = await storeWith(1)
    await backUp(copy)
    const before = readFileSync(copy)
    await expect(backUp(copy)).rejects.toMatchObject({ code: 'E_EXISTS', hint: expect.stringContaining('--force') })
    expect(readFileSync(copy).equals(before)).toBe(true)
    // Who only reads leaves a WAL there.
    const reader = openRaw(copy)
    expect(reader.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(1)
    reader.close()
    writeFileSync(`${copy}-wal`, '')
    await store.enqueue([newJob()])
    await backUp(copy, true)
    expect(await idsOf(openStore(copy, clock))).toEqual(['j2', 'j1'])
  })

  test('A file that another program made is replaced too.', async () => {
    const { copy, backUp } = await storeWith(1)
    writeFileSync(copy, 'notes')
    await backUp(copy, true)
    expect(await idsOf(openStore(copy, clock))).toEqual(['j1'])
  })

  test('A place where it cannot be is refused, and nothing is written.', async () => {
    const { folder, path, copy, backUp } = await storeWith(1)
    mkdirSync(join(folder, 'there'))
    linkSync(path, join(folder, 'same.db'))
    const used = join(folder, 'used.db')
    await backUp(used)
    const user = openRaw(used)
    user.pragma('journal_mode = WAL')
    user.prepare('SELECT count(*) FROM jobs').get()
    writeFileSync(`${copy}-wal`, 'of another file')
    const names = readdirSync(folder).sort()
    for (const [place, text] of [
      [join(folder, 'there'), 'is a folder'],
      [join(folder, 'none/copy.db'), `there is no folder ${join(folder, 'none')}`],
      [path, 'is the store itself'],
      [join(folder, 'same.db'), 'is the store itself'],
      [used, 'is in use'],
      [copy, 'is in use, or was not closed'],
      ['/dev/null', 'is no file'],
    ] as const) {
      const refusal = { code: 'E_BACKUP', message: expect.stringContaining(text) }
      await expect(backUp(place, true)).rejects.toMatchObject(refusal)
    }
    expect(readdirSync(folder).sort()).toEqual(names)
  })

  test('A signal ends it, and nothing of it stays.', async () => {
    const { folder, copy, backUp } = await storeWith(5_000)
    const interruption = new AbortController()
    const made = backUp(copy, false, interruption.signal)
    setImmediate(() => interruption.abort())
    await expect(made).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(folder).sort()).toEqual(['jobs.db', 'jobs.db-shm', 'jobs.db-wal'])
  })

  test('Where there is no store yet, none is made.', async () => {
    const path = join(folderOfTest(), 'jobs.db')
    const file = openStoreFile(path, clock)
    const none = { code: 'E_STORE_NONE' }
    await expect(file.backUp({ path: `${path}-copy`, replaces: false }, never)).rejects.toMatchObject(none)
    await expect(file.upgrade(() => [])).rejects.toMatchObject(none)
    await expect(file.compact()).rejects.toMatchObject(none)
    expect(readdirSync(dirname(path))).toEqual([])
  })
})
