import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { applicationId } from '../../src/stores/sqlite/migrations.js'
import { type CliProject, eventually } from '../support/cli.js'
import { readLedger } from '../support/ledger.js'
import { slotsIn, storedSlots } from '../support/slots.js'
import { enqueueJob, enqueueJobs } from '../support/store.js'
import { afterCrash, jobsAfterCrash, type StoredJob, storedJobs, storeFile } from '../support/store-file.js'
import { type Point, pointsOf, type Traced, trace, tracedProject, untraceable } from '../support/tracing.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

if (untraceable !== null) console.log(`crash points: skipped, ${untraceable}`)

const random = newRandom()
const many = long ? 4 : 1

/** Runs a command that is killed at that call, and answers the ids that it had printed. */
async function killedAt(
  { project, log }: Traced,
  { call, n }: Point,
  args: string,
): Promise<{ readonly killed: boolean; readonly printed: readonly string[] }> {
  const inject = `-e trace=${call} -e inject=${call}:signal=SIGKILL:when=${n}`
  const { exitCode, stdout, stderr } = await trace(project, log, inject, args)
  // It may have come to its end before: how often the file is written to depends on what others left in it.
  expect([0, 137], `${call} ${n}: ${stderr}`).toContain(exitCode)
  // A line that was cut off is no id: only the kill of a writer could do it, and nobody can rely on half of a line.
  return { killed: exitCode === 137, printed: stdout.split('\n').slice(0, -1) }
}

function expectAllThere(jobs: readonly StoredJob[], printed: Iterable<string>, point: Point): void {
  const stored = new Set(jobs.map(({ id }) => id))
  expect(
    [...printed].filter((id) => !stored.has(id)),
    `${point.call} ${point.n}`,
  ).toEqual([])
}

/** Runs what is left; every job must come to its end, with the result of the attempt that is stored. */
async function drain(project: CliProject, expected: Iterable<string>): Promise<void> {
  const burst = await project.run(['workers', 'start', '--burst'])
  expect(burst.exitCode, burst.stderr).toBe(0)
  const jobs = storedJobs(project)
  const ids = new Set(jobs.map(({ id }) => id))
  expect([...expected].filter((id) => !ids.has(id))).toEqual([])
  expect(jobs.filter(({ state, attempt, result }) => state !== 'completed' || result !== String(attempt))).toEqual([])
  const ended = new Set(
    readLedger(project).flatMap(({ what, id, attempt }) => (what === 'E' ? [`${id} ${attempt}`] : [])),
  )
  expect(jobs.filter(({ id, attempt }) => !ended.has(`${id} ${attempt}`))).toEqual([])
}

/** Every slot that fired has its job, and every job of a schedule its slot. */
function expectSlotsWhole({ slots, jobs }: ReturnType<typeof storedSlots>): void {
  const fired = slots.filter(({ job }) => job !== null)
  expect(jobs).toEqual(fired.map(({ job, schedule, slot }) => ({ id: job, schedule, slot })))
}

/** Where a killed process is in doubt, at least this much of the points must have been a kill. */
function expectKills(what: string, kills: number, points: readonly Point[]): void {
  console.log(`crash points, ${what}, seed ${seed}: ${kills} kills at ${points.length} points`)
  expect(kills).toBeGreaterThanOrEqual(Math.ceil(points.length / 2))
}

describe.skipIf(untraceable !== null)(
  'a process that is killed at any write or fsync of its store',
  {
    timeout: long ? 600_000 : 180_000,
  },
  () => {
    test('Enqueueing: every id that was printed is there, and runs.', async () => {
      const traced = tracedProject()
      const { project } = traced
      // Two commits: the ids of the first are printed before the second is made.
      const input = project.write('in.txt', '0\n'.repeat(1_100))
      const args = `run work --each '${input}' --detach`
      await enqueueJob(project, 'work', [0]) // the store is made before
      const points = await pointsOf(traced, args, { pwrite64: 14 * many, fsync: 5 * many }, random)
      const printed = new Set(jobsAfterCrash(project).map(({ id }) => id))
      let kills = 0
      for (const point of points) {
        const end = await killedAt(traced, point, args)
        if (end.killed) kills++
        for (const id of end.printed) printed.add(id)
        expectAllThere(jobsAfterCrash(project), printed, point)
      }
      expectKills('enqueue', kills, points)
      await drain(project, printed)
    })

    test('A worker: no job is lost, none is half-ended, and the next worker goes on.', async () => {
      const traced = tracedProject()
      const { project } = traced
      const args = 'workers start --burst'
      const jobs = 300
      await enqueueJobs(project, 'work', jobs, [0])
      const points = await pointsOf(traced, args, { pwrite64: 12 * many, fsync: 4 * many }, random)
      let kills = 0
      const ids = new Set<string>()
      // After ten losses a job has failed, so not all of a long form may meet the same jobs.
      for (let first = 0; first < points.length; first += 5) {
        for (const point of points.slice(first, first + 5)) {
          for (const id of await enqueueJobs(project, 'work', jobs, [0])) ids.add(id)
          if ((await killedAt(traced, point, args)).killed) kills++
          expectAllThere(jobsAfterCrash(project), ids, point)
        }
        await drain(project, ids)
      }
      expectKills('worker', kills, points)
    })

    test('Making a store: it is there as a whole or not at all, and the next command works.', async () => {
      const traced = tracedProject()
      const { project } = traced
      const args = 'run work 0 --detach'
      const wanted = { pwrite64: 10 * many, fsync: 5 * many, rename: 1 }
      const points = await pointsOf(traced, args, wanted, random)
      let kills = 0
      for (const point of points) {
        rmSync(project.path('.offstage'), { recursive: true, force: true })
        rmSync(project.path('ledger.txt'), { force: true })
        const { killed, printed } = await killedAt(traced, point, args)
        if (killed) kills++
        if (existsSync(project.path('.offstage'))) expectAllThere(jobsAfterCrash(project), printed, point)
        else expect(printed).toEqual([])
        await drain(project, printed)
        expect(await enqueueJob(project, 'work', [0])).toMatch(/^j[123]$/)
      }
      expectKills('new store', kills, points)
    })

    test('Bringing an older store up to date: it is at the old version or at the new one, whenever the program was killed.', async () => {
      const traced = tracedProject()
      const { project } = traced
      const args = 'store upgrade'
      makeEmptyStore(project)
      const points = await pointsOf(traced, args, { pwrite64: 7 * many, fsync: 3 * many }, random)
      let kills = 0
      for (const point of points) {
        rmSync(project.path('ledger.txt'), { force: true })
        makeEmptyStore(project)
        if ((await killedAt(traced, point, args)).killed) kills++
        expectAllThere(jobsAfterCrash(project), [], point)
        await project.run(['store', 'upgrade'])
        await drain(project, [await enqueueJob(project, 'work', [0])])
      }
      expectKills('migration', kills, points)
    })

    test('A backup: it is there as a whole or not at all, whenever the program was killed.', async () => {
      const traced = tracedProject()
      const { project } = traced
      const args = 'store backup copy.db'
      await enqueueJobs(project, 'work', 300, [0])
      const points = await pointsOf(traced, args, { pwrite64: 10 * many, fsync: 5 * many, link: 1 }, random)
      let kills = 0
      for (const point of points) {
        rmSync(project.path('copy.db'), { force: true })
        if ((await killedAt(traced, point, args)).killed) kills++
        if (!existsSync(project.path('copy.db'))) continue
        const { items } = await project.json<{ items: readonly object[] }>([
          ...['jobs', 'list', '--limit', '1000', '--store', 'sqlite:copy.db'],
        ])
        expect(items).toHaveLength(300)
        rmSync(project.path('copy.db-wal'), { force: true })
        rmSync(project.path('copy.db-shm'), { force: true })
      }
      expectKills('backup', kills, points)
    })

    test('A scheduler: each slot is decided once, with its job or without, and the next scheduler leaves none out.', async () => {
      const traced = tracedProject()
      const { project, log } = traced
      for (const name of ['one', 'two']) {
        const added = await project.run([
          'schedule',
          'work',
          '0',
          '--name',
          name,
          '--every',
          '1s',
          '--overlap',
          'allow',
        ])
        expect(added.exitCode, added.stderr).toBe(0)
      }
      // Where no kill comes in so many seconds, the scheduler is told to stop.
      const start = (options: string) =>
        project.shell(
          `exec timeout 4 strace -I2 -y -o '${log}' ${options} offstage schedule start --cwd '${project.root}'`,
        )
      const points = (['pwrite64', 'fsync'] as const).flatMap((call) =>
        Array.from({ length: 3 * many }, () => ({ call, n: 1 + Math.floor(random() * (call === 'fsync' ? 8 : 60)) })),
      )
      let kills = 0
      for (const { call, n } of points) {
        const { exitCode } = await start(`-e trace=${call} -e inject=${call}:signal=SIGKILL:when=${n}`)
        if (exitCode === 137) kills++
        expectSlotsWhole(afterCrash(project, slotsIn))
      }
      const last = project.start(['schedule', 'start'])
      await last.says(/the scheduler is ready/)
      const before = storedSlots(project).slots.length
      await eventually(() => expect(storedSlots(project).slots.length).toBeGreaterThan(before))
      last.signal('SIGTERM')
      await last.ended
      const stored = storedSlots(project)
      expectSlotsWhole(stored)
      for (const name of ['one', 'two']) {
        const slots = stored.slots.filter(({ schedule }) => schedule === name).map(({ slot }) => slot)
        expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) + index * 1_000))
      }
      expectKills('scheduler', kills, points)
    })

    // Loss of power cannot be had in a test, but it can be seen that the disk was asked before the answer was given.
    test('An id is printed after the fsync that follows the last write of its commit.', async () => {
      const { project, log } = tracedProject()
      await enqueueJob(project, 'work', [0])
      // Somebody else has the store open: the last one that closes it syncs it again, which the command does before it
      // prints, and that would hide a commit without its own fsync.
      const other = new Database(storeFile(project), { readonly: true })
      other.pragma('data_version')
      const run = await trace(project, log, '-e trace=pwrite64,fsync,fdatasync,write,writev', 'run work 0 --detach')
      other.close()
      expect(run).toMatchObject({ exitCode: 0, stdout: 'j2\n' })
      const lines = readFileSync(log, 'utf8').split('\n')
      const printedAt = lines.findIndex((line) => /^writev?\(1<.*j2/.test(line))
      const before = lines.slice(0, printedAt)
      const writtenAt = before.findLastIndex((line) => /^pwrite64\(\d+<[^>]*-wal>/.test(line))
      const syncedAt = before.findLastIndex((line) => /^f(data)?sync\(\d+<[^>]*-wal>\) += 0/.test(line))
      expect(printedAt, 'the id is printed').toBeGreaterThan(0)
      expect(writtenAt, 'the commit is written to the WAL').toBeGreaterThan(0)
      expect(syncedAt, 'it is synced after its last write').toBeGreaterThan(writtenAt)
    })
  },
)

/** A file of ours that has no tables yet. */
function makeEmptyStore(project: CliProject): void {
  rmSync(project.path('.offstage'), { recursive: true, force: true })
  mkdirSync(project.path('.offstage'), { mode: 0o700 })
  writeFileSync(storeFile(project), '', { mode: 0o600 })
  const db = new Database(storeFile(project))
  db.pragma('journal_mode = WAL')
  db.pragma(`application_id = ${applicationId}`)
  db.close()
}
