import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJobs, finishedJobs } from '../support/store.js'
import { storeFile } from '../support/store-file.js'
import { long } from './settings.js'

const jobs = long ? 300_000 : 80_000
const megabyte = 1024 * 1024
const project = cliProject({ 'tasks/noop.mjs': 'export default () => null\n' })
const walSize = () => statSync(`${storeFile(project)}-wal`).size

test(`Somebody reads for as long as ${jobs.toLocaleString('en')} jobs take: the worker goes on, and the WAL is small again afterwards.`, async () => {
  await enqueueJobs(project, 'noop', 1_000, [])
  const worker = project.start(['workers', 'start', '--concurrency', '100'])
  await worker.says(/is ready/)
  const reader = new Database(storeFile(project), { readonly: true })
  try {
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM jobs').get()
    await enqueueJobs(project, 'noop', jobs - 1_000, [])
    await vi.waitFor(async () => expect(await finishedJobs(project)).toBe(jobs), { timeout: 60_000, interval: 100 })
    // What the reader may still ask for cannot leave the WAL: it grows by what is written meanwhile.
    console.log(`long reader: WAL ${Math.round(walSize() / megabyte)} MB after ${jobs} jobs`)
  } finally {
    reader.close()
  }
  await enqueueJobs(project, 'noop', 1, [])
  await vi.waitFor(() => expect(walSize()).toBeLessThan(32 * megabyte), { timeout: 30_000, interval: 200 })
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
}, 120_000)
