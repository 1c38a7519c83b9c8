import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
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

async function useAll(store: Store): Promise<void> {
  await store.jobs({ task: 'none' }, { limit: 10, after: null })
  await store.queues()
  await store.enqueue(Array.from({ length: 50 }, () => newJob()))
}

test('Damaged pages are told as such, whether they are met on opening, reading or writing.', async () => {
  const path = await filledStore()
  const file = openSync(path, 'r+')
  for (let at = pageBytes; at < statSync(path).size; at += pageBytes)
    writeSync(file, Buffer.alloc(pageBytes, 0xff), 0, pageBytes, at)
  closeSync(file)
  await expect(async () => useAll(openStore(path))).rejects.toMatchObject({
    name: StoreUnavailableError.name,
    code: 'E_STORE_UNAVAILABLE',
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
