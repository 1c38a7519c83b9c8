import { execFileSync } from 'node:child_process'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { storeError } from '../../../src/stores/sqlite/errors.js'
import { Outage } from '../../../src/stores/sqlite/outage.js'
import { prepareStatements } from '../../../src/stores/sqlite/statements.js'
import { leaseMs } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { canMount } from '../../support/doctor.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { folderOfTest, openRaw, openStore } from './open.js'

/** A disk of a few megabytes. */
function smallDisk(option = 'size=4m'): string {
  const folder = folderOfTest()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `${option},mode=700`, 'tmpfs', folder])
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(4_096))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
  }
}

test.skipIf(!canMount)(
  'While the disk is full leases stand still: what was finished is stored, and nobody takes it.',
  async () => {
    const folder = smallDisk()
    const clock = movableClock()
    const path = join(folder, 'jobs.db')
    const [store, other] = [openStore(path, clock), openStore(path, clock)]
    const [worker, neighbour] = [await store.register(newWorker(clock)), await other.register(newWorker(clock))]
    await store.enqueue([newJob()])
    const [claim] = await store.claim({ worker, queues: null, limit: 1 })
    if (claim === undefined) throw new Error('nothing was claimed')

    fill(join(folder, 'filler'))
    const vitals = { processes: [], rssBytes: 0 }
    const beats = () => Promise.all([store.beat(worker, vitals), other.beat(neighbour, vitals)])
    // The WAL may have room left: until it has not.
    await expect(async () => {
      for (;;) {
        await beats()
        await store.enqueue([newJob({ argsJson: JSON.stringify(['x'.repeat(1_000)]) })])
      }
    }).rejects.toThrow(/the disk is full/)
    await expect(other.enqueue([newJob({ argsJson: JSON.stringify(['x'.repeat(100_000)]) })])).rejects.toThrow(/full/)
    await clock.advance(2 * leaseMs)
    const ends = [{ lease: claim.lease, outcome: outcomesAt(clock).completed() }]

    rmSync(join(folder, 'filler'))
    expect(await other.sweep({ limit: 10, dead: [] })).toMatchObject({ reclaimed: 0, lostWorkers: [] })
    expect(await store.settle(ends)).toEqual(['settled'])
    expect(await beats()).toEqual([true, true])
    await clock.advance(leaseMs)
    expect((await other.sweep({ limit: 10, dead: [] })).lostWorkers).toHaveLength(2)
  },
)

/** Whether a worker still holds its lease after it could not renew it for a minute, since its writes were refused so. */
async function outlasts(code: string, ms = 2 * leaseMs): Promise<boolean> {
  const path = join(folderOfTest(), 'jobs.db')
  const clock = movableClock()
  const store = openStore(path, clock)
  const worker = await store.register(newWorker(clock))
  const db = openRaw(path)
  const outage = new Outage(prepareStatements(db), clock)
  outage.refused(Object.assign(new Error('refused'), { code }))
  await clock.advance(ms)
  outage.begin()
  await clock.advance(Math.max(0, leaseMs - ms))
  return store.beat(worker, { processes: [], rssBytes: 0 })
}

test('What holds up all writers lets leases stand still; what is wrong with one write does not.', async () => {
  for (const code of ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_READONLY', 'SQLITE_BUSY'])
    expect([code, await outlasts(code)]).toEqual([code, true])
  expect(await outlasts('SQLITE_CONSTRAINT_CHECK')).toBe(false)
})

test('Writes that are refused while others pass prolong no lease: the dead must be noticed.', async () => {
  expect(await outlasts('SQLITE_FULL', 9_000)).toBe(false)
  expect(await outlasts('SQLITE_FULL', 11_000)).toBe(true)
})

test.skipIf(!canMount)('A disk without inodes is named as that.', () => {
  const folder = smallDisk('nr_inodes=8')
  const path = join(folder, 'jobs.db')
  expect(() => {
    for (let file = 0; ; file++) writeFileSync(join(folder, `file-${file}`), '')
  }).toThrow('ENOSPC')
  rmSync(join(folder, 'file-0'))
  writeFileSync(path, '')
  expect(storeError(path, Object.assign(new Error('no'), { code: 'SQLITE_CANTOPEN' }))).toMatchObject({
    message: `store ${path}: its disk has no inodes left (SQLITE_CANTOPEN)`,
  })
})

test('A neighbour whose beat passed after the first refusal keeps its lease as well.', async () => {
  const path = join(folderOfTest(), 'jobs.db')
  const clock = movableClock()
  const store = openStore(path, clock)
  const worker = await store.register(newWorker(clock))
  const outage = new Outage(prepareStatements(openRaw(path)), clock)
  outage.refused(Object.assign(new Error('refused'), { code: 'SQLITE_FULL' }))
  await clock.advance(3_000)
  const vitals = { processes: [], rssBytes: 0 }
  expect(await store.beat(worker, vitals)).toBe(true)
  await clock.advance(2 * leaseMs)
  outage.begin()
  expect(await store.beat(worker, vitals)).toBe(true)
})
