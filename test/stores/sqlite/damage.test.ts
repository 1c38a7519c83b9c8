import { closeSync, openSync, renameSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { StoreDamagedError } from '../../../src/domain/errors.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob } from '../../support/job.js'
import { closedStore, openRaw, openStore } from './open.js'

const pageBytes = 4_096

/** A store of many pages, closed. */
async function filledStore(): Promise<string> {
  const path = await closedStore()
  const store = openStore(path)
  await store.enqueue(Array.from({ length: 500 }, () => newJob({ argsJson: `["${'x'.repeat(400)}"]` })))
  await store.close()
  return path
}

/** Overwrites all pages of a file but the first. */
function spoil(path: string): void {
  const file = openSync(path, 'r+')
  for (let at = pageBytes; at < statSync(path).size; at += pageBytes)
    writeSync(file, Buffer.alloc(pageBytes, 0xff), 0, pageBytes, at)
  closeSync(file)
}

async function useAll(store: Store): Promise<void> {
  await store.jobs({ task: 'none' }, { limit: 10, after: null })
  await store.queues()
  await store.enqueue(Array.from({ length: 50 }, () => newJob()))
}

test('Damaged pages are told as such, whether they are met on opening, reading or writing.', async () => {
  const path = await filledStore()
  spoil(path)
  await expect(async () => useAll(openStore(path))).rejects.toMatchObject({
    name: StoreDamagedError.name,
    code: 'E_STORE_DAMAGED',
    message: expect.stringContaining('its pages are damaged'),
    hint: expect.stringContaining('keep the file'),
  })
})

test('A file that was cut short is told as damaged.', async () => {
  const path = await filledStore()
  truncateSync(path, 10 * pageBytes)
  await expect(async () => useAll(openStore(path))).rejects.toMatchObject({
    message: expect.stringContaining('its pages are damaged'),
  })
})

test('A table that was dropped from under the store is no silent success.', async () => {
  const path = await closedStore()
  const store = openStore(path)
  openRaw(path).exec('DROP TABLE jobs')
  await expect(store.enqueue([newJob()])).rejects.toThrow('no such table')
})

describe('A file that goes bad while it is used', () => {
  test('Once damage was seen nothing is acknowledged any more, not even what meets no damaged page.', async () => {
    const path = await filledStore()
    const store = openStore(path)
    expect(await store.pauseQueues(['before'])).toHaveLength(1)
    spoil(path)
    await expect(store.jobs({ task: 'none' }, { limit: 10, after: null })).rejects.toThrow(StoreDamagedError)
    const writes = [store.pauseQueues(['after']), store.enqueue([newJob()]), store.beat('w1', noVitals)]
    const ends = await Promise.allSettled(writes)
    expect(ends.map((end) => end.status === 'rejected' && end.reason.code)).toEqual(writes.map(() => 'E_STORE_DAMAGED'))
  })

  test('A write that meets damage fails all that share its transaction.', async () => {
    const path = await filledStore()
    const store = openStore(path)
    spoil(path)
    const writes = [store.pauseQueues(['one']), store.remove(['j100']), store.pauseQueues(['two'])]
    const ends = await Promise.allSettled(writes)
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await expect(store.pauseQueues(['three'])).rejects.toMatchObject({ name: 'StoreDamagedError' })
  })

  test('A first page that is overwritten is seen by the upkeep, though the connection in use does not read it.', async () => {
    const path = await filledStore()
    const store = openStore(path)
    await store.maintain()
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(pageBytes), 0, pageBytes, 0)
    closeSync(file)
    await expect(store.maintain()).rejects.toMatchObject({
      code: 'E_STORE_DAMAGED',
      message: `store ${path}: its pages are damaged (SQLITE_NOTADB)`,
    })
    await expect(store.enqueue([newJob()])).rejects.toMatchObject({ code: 'E_STORE_DAMAGED' })
  })

  test.each([
    ['-wal', 'removed', (file: string) => rmSync(file)],
    ['-shm', 'removed', (file: string) => rmSync(file)],
    ['-wal', 'replaced by another one', (file: string) => replace(file)],
  ])('A %s file that was %s under it is seen before the next write.', async (ending, what, change) => {
    const path = await closedStore()
    const store = openStore(path)
    await store.enqueue([newJob()])
    change(`${path}${ending}`)
    await expect(store.enqueue([newJob()])).rejects.toMatchObject({
      code: 'E_STORE_LOST',
      message: `store ${path}: ${path}${ending} was ${what} while it was in use`,
    })
  })

  test('A newer program that brings the schema up to date is seen before the next write.', async () => {
    const path = await closedStore()
    const store = openStore(path)
    await store.enqueue([newJob()])
    openRaw(path).exec('PRAGMA user_version = 99')
    await expect(store.enqueue([newJob()])).rejects.toMatchObject({
      name: 'StoreLostError',
      code: 'E_STORE_NEWER',
      message: expect.stringContaining('its schema is version 99 now'),
    })
  })

  test('A reading statement that does not fit a newer schema says so, and is no bug.', async () => {
    const path = await closedStore()
    const store = openStore(path)
    openRaw(path).exec('ALTER TABLE workers RENAME TO old_workers; PRAGMA user_version = 99')
    await expect(store.workers()).rejects.toMatchObject({ code: 'E_STORE_NEWER' })
  })
})

const noVitals = { processes: [], rssBytes: 0 }

function replace(file: string): void {
  renameSync(file, `${file}.away`)
  writeFileSync(file, '')
}
