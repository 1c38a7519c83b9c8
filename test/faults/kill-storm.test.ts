import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { findInconsistencies } from '../../src/stores/sqlite/consistency.js'
import { cliProject, eventually, type RunningCli } from '../support/cli.js'
import { type LedgerLine, ledgerTask, readLedger } from '../support/ledger.js'
import { enqueueJobs } from '../support/store.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const stormMs = long ? 60_000 : 20_000
const jobs = long ? 40_000 : 12_000
const workers = 4
const killEveryMs = 300
// Two lines, such as "S j12345 1 123456 123456".
const ledgerBytesPerJob = 50
// The short form shares the machine with other tests.
const drainWithinMs = long ? 5_000 : 15_000

const project = cliProject({ 'tasks/work.mjs': ledgerTask })
const database = project.path('.offstage/jobs.db')

/** Reads without opening the store as a program would. */
function read<T>(use: (db: Database.Database) => T): T {
  const db = new Database(database, { readonly: true })
  try {
    return use(db)
  } finally {
    db.close()
  }
}

function countByState(): Record<string, number> {
  const rows = read((db) => db.prepare('SELECT state, count(*) AS count FROM job_rows GROUP BY state').all())
  return Object.fromEntries((rows as { state: string; count: number }[]).map(({ state, count }) => [state, count]))
}

/** Some of the jobs that have not completed, and what tells why. */
function stuckJobs(): readonly unknown[] {
  const columns = 'id, state, attempt, losses, losses_alone, suspect, worker, error'
  return read((db) => db.prepare(`SELECT ${columns} FROM job_rows WHERE state <> 'completed' LIMIT 3`).all())
}

test(`Workers and task processes are killed at random while they work (seed ${seed}): no job is lost, stuck, or blamed.`, async () => {
  const random = newRandom()
  const acknowledged: string[] = []
  const killed = new Set<number>()
  const running = new Set<RunningCli>()
  const everStarted = new Set<number>()
  const endedAlone: string[] = []
  const startWorker = () => {
    const worker = project.start(['workers', 'start', '--concurrency', '16'])
    running.add(worker)
    everStarted.add(worker.pid)
    void worker.ended.then(({ stderr }) => {
      running.delete(worker)
      const bootKilled = /^error: the task process ended (before|while) .*SIGKILL/.test(stderr)
      if (!killed.has(worker.pid) && !bootKilled) endedAlone.push(stderr)
    })
  }
  const killOne = () => {
    const pids = [...running].map(({ pid }) => pid)
    const victims = [...pids, ...project.processes().filter((pid) => !pids.includes(pid))]
    const victim = victims[Math.floor(random() * victims.length)]
    if (victim === undefined) return
    killed.add(victim)
    try {
      process.kill(victim, 'SIGKILL')
    } catch {} // it has just ended
  }

  const kills = Math.floor(stormMs / killEveryMs)
  const perKill = Math.ceil(jobs / kills)
  const ledgerSize = () => statSync(project.path('ledger.txt'), { throwIfNoEntry: false })?.size ?? 0
  for (let kill = 0; kill < kills; kill++) {
    while (running.size < workers) startWorker()
    const begun = performance.now()
    const amidst = ledgerSize() + random() * perKill * ledgerBytesPerJob
    acknowledged.push(...(await enqueueJobs(project, 'work', perKill, [4])))
    // Somewhere amidst those jobs, unless nobody is there to run them yet.
    while (ledgerSize() < amidst && performance.now() < begun + killEveryMs) await setTimeout(1)
    killOne()
    await setTimeout(Math.max(0, begun + killEveryMs - performance.now()))
  }
  while (running.size < workers) startWorker()
  const lastKill = performance.now()
  const { length } = acknowledged
  while ((countByState().completed ?? 0) < length && performance.now() < lastKill + 60_000) await setTimeout(100)
  const drainedMs = performance.now() - lastKill
  expect({ stuck: stuckJobs(), inconsistencies: read(findInconsistencies) }).toEqual({ stuck: [], inconsistencies: [] })
  expect(countByState()).toEqual({ completed: length })

  const ledger = readLedger(project)
  const starts = ledger.filter(({ what }) => what === 'S')
  const ends = new Set(ledger.filter(({ what }) => what === 'E').map(({ id, attempt }) => `${id} ${attempt}`))
  const ended = new Set(ledger.filter(({ what }) => what === 'E').map(({ id }) => id))
  expect(acknowledged.filter((id) => !ended.has(id))).toEqual([]) // lost
  const known = new Set(acknowledged)
  expect([...ended].filter((id) => !known.has(id))).toEqual([]) // unexpected

  // Whatever started more than once: all starts but the last belong to a process that was killed, or whose worker was.
  const byJob = new Map<string, LedgerLine[]>()
  for (const start of starts) byJob.set(start.id, [...(byJob.get(start.id) ?? []), start])
  const unexplained = [...byJob.values()].flatMap((tries) =>
    tries
      .sort((a, b) => a.attempt - b.attempt)
      .slice(0, -1)
      // Another parent than one of the workers: it began after its worker had been killed, adopted by then.
      .filter(({ process, worker }) => !killed.has(process) && !killed.has(worker) && everStarted.has(worker)),
  )
  expect(unexplained).toEqual([])
  // A worker ends by itself only where its first task process was killed before it could run anything.
  expect(endedAlone).toEqual([])

  const stored = read((db) => {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    return db.prepare('SELECT id, attempt, result, failures FROM job_rows').all() as StoredJob[]
  })
  // What is stored as the result is what the attempt that is stored has returned, and that attempt came to its end.
  expect(stored.filter(({ attempt, result }) => result !== String(attempt))).toEqual([])
  expect(stored.filter(({ id, attempt }) => !ends.has(`j${id} ${attempt}`))).toEqual([])
  expect(stored.filter(({ failures }) => failures > 0)).toEqual([])

  const extra = starts.length - length
  console.log(
    `kill storm, seed ${seed}: ${killed.size} kills, ${extra} extra starts, drained ${Math.round(drainedMs)} ms after the last`,
  )
  // A storm that interrupts nothing shows nothing.
  expect(extra).toBeGreaterThan(kills / 10)
  expect(drainedMs).toBeLessThan(drainWithinMs)
  for (const worker of running) worker.signal('SIGTERM')
  await eventually(() => expect([...running].map(({ pid }) => `worker ${pid} has not ended`)).toEqual([]))
}, 180_000)

interface StoredJob {
  readonly id: number
  readonly attempt: number
  readonly result: string
  readonly failures: number
}
