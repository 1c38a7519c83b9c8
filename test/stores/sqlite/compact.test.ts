import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compact } from '../../../src/stores/sqlite/compact.js'
import { openStoreFile } from '../../../src/stores/sqlite/store-file.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newJob } from '../../support/job.js'
import { folderOfTest, openRaw, openStore } from './open.js'

const clock = movableClock()

test('A store gives back the space of jobs that were removed, and keeps the others, while it is open elsewhere.', async () => {
  const path = join(folderOfTest(), 'jobs.db')
  const store = openStore(path, clock)
  const ids = (
    await store.enqueue(Array.from({ length: 2_000 }, () => newJob({ argsJson: JSON.stringify(['x'.repeat(2_000)]) })))
  ).map(({ id }) => id)
  await store.cancel(ids.slice(10))
  await store.remove(ids.slice(10))
  const { bytesBefore, bytesAfter } = await openStoreFile(path, clock).compact()
  expect(bytesBefore).toBeGreaterThan(4_000_000)
  expect(bytesAfter).toBeLessThan(1_000_000)
  expect(statSync(path).size).toBeLessThanOrEqual(bytesAfter)
  expect((await store.jobs({}, { limit: 100, after: null })).items).toHaveLength(10)
  await store.enqueue([newJob()])
  expect(openRaw(path).pragma('integrity_check', { simple: true })).toBe('ok')
})

test('A store whose lock another process holds is not compacted, and says so.', () => {
  const path = join(folderOfTest(), 'jobs.db')
  openStore(path, clock)
  const other = openRaw(path)
  other.exec('BEGIN IMMEDIATE')
  expect(() => compact(path, 50)).toThrow(
    expect.objectContaining({
      code: 'E_STORE_UNAVAILABLE',
      message: expect.stringContaining('another process holds its lock'),
    }),
  )
})
