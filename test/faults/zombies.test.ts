import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { identify } from '../../src/engine/host.js'
import { cliProject, eventually, type RunningCli } from '../support/cli.js'
import { readLedger } from '../support/ledger.js'
import { enqueueJobs } from '../support/store.js'
import { expectIntact, storedJobs, storeFile } from '../support/store-file.js'
import { long } from './settings.js'

const rounds = long ? 8 : 1
const concurrency = long ? 16 : 6

// Each attempt ends when the test lets it: a file for each attempt of each group of jobs.
const project = cliProject({
  'tasks/work.mjs': `import { existsSync, openSync, writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
const ledger = openSync('ledger.txt', 'a')
const note = (what) => {
  const { id, attempt } = currentJob()
  writeSync(ledger, [what, id, attempt, process.pid, process.ppid].join(' ') + '\\n')
}
export default async function work(group) {
  const { attempt } = currentJob()
  note('S')
  while (!existsSync('go-' + group + '-' + attempt)) await setTimeout(20)
  note('E')
  return attempt
}
`,
})
const letEnd = (group: string, attempt: number) => project.write(`go-${group}-${attempt}`, '')

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) process.kill(pid, signal)
}

async function startWorker(): Promise<{ worker: RunningCli; id: string }> {
  const worker = project.start(['workers', 'start', '--concurrency', String(concurrency)])
  const [, id = ''] = await worker.says(/worker (w\d+) is ready/)
  return { worker, id }
}

/** The ids of the jobs whose attempt was noted. */
function noted(what: 'S' | 'E', ids: readonly string[], attempt: number): readonly string[] {
  const lines = readLedger(project).filter((line) => line.what === what && line.attempt === attempt)
  return lines.map(({ id }) => id).filter((id) => ids.includes(id))
}

/** Its task processes and commands, as the store has them. */
function processesOf(worker: string): string {
  const db = new Database(storeFile(project), { readonly: true })
  try {
    return String(db.prepare('SELECT processes FROM workers WHERE id = ?').pluck().get(worker.slice(1)))
  } finally {
    db.close()
  }
}

/** It runs out, without waiting for that long. */
function endLease(worker: string, more = ''): void {
  const db = new Database(storeFile(project), { timeout: 10_000 })
  expect(db.prepare(`UPDATE workers SET lease_until = 0${more} WHERE id = ?`).run(worker.slice(1)).changes).toBe(1)
  db.close()
}

test('What a worker runs that was stopped past its lease is ended as its job runs again, and it works on.', async () => {
  const { worker: frozen, id: frozenId } = await startWorker()
  const command = 'echo $$ >> pids.txt; until [ -e command-ends ]; do sleep 0.1; done'
  const [job] = await enqueueJobs(project, 'shell', 1, [command])
  await eventually(() => expect(project.lines('pids.txt')).toHaveLength(1))
  const [first] = project.lines('pids.txt').map(Number)
  expect(identify(first ?? 0)).not.toBe(null)
  await eventually(() => expect(processesOf(frozenId)).toContain(String(first)))
  frozen.signal('SIGSTOP')
  endLease(frozenId)
  const { worker: other } = await startWorker()
  await eventually(() => expect(project.lines('pids.txt')).toHaveLength(2))
  await eventually(() => expect(identify(first ?? 0)).toBe(null))
  project.write('command-ends', '')
  await eventually(() => expect(storedJobs(project).find(({ id }) => id === job)?.state).toBe('completed'))
  frozen.signal('SIGCONT')
  await frozen.says(/it goes on as w\d+/)
  const [, next] = await enqueueJobs(project, 'shell', 2, ['true'])
  await eventually(() => expect(storedJobs(project).find(({ id }) => id === next)?.state).toBe('completed'))
  for (const worker of [frozen, other]) {
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  }
}, 60_000)

test('A worker that was stopped past its lease and goes on cannot end what others have by now, and works again.', async () => {
  let { worker: frozen, id: frozenId } = await startWorker()
  for (let round = 0; round < rounds; round++) {
    const [over, running] = [`over${round}`, `running${round}`]
    const overIds = await enqueueJobs(project, 'work', concurrency / 2, [over])
    const runningIds = await enqueueJobs(project, 'work', concurrency / 2, [running])
    const ids = [...overIds, ...runningIds]
    await eventually(() => expect(noted('S', ids, 1)).toHaveLength(concurrency))

    // The worker first: it would take the silence of its processes for something.
    const set = [frozen.pid, ...project.processes().filter((pid) => pid !== frozen.pid)]
    signalAll(set, 'SIGSTOP')
    // As one of another machine, whose processes nobody here can end.
    endLease(frozenId, ", processes = '[]'")

    const { worker: other, id: otherId } = await startWorker()
    await eventually(() => expect(noted('S', ids, 2)).toHaveLength(concurrency))
    // Half of the jobs have ended elsewhere when the worker goes on, the others still run there.
    letEnd(over, 2)
    const stored = () => storedJobs(project).filter(({ id }) => ids.includes(id))
    const states = () => stored().map(({ state, worker, result }) => ({ state, worker, result }))
    const ended = { state: 'completed', worker: Number(otherId.slice(1)), result: '2' }
    const begun = { state: 'running', worker: Number(otherId.slice(1)), result: null }
    const between = [...overIds.map(() => ended), ...runningIds.map(() => begun)]
    await eventually(() => expect(states()).toEqual(between))

    letEnd(over, 1)
    letEnd(running, 1)
    signalAll(set, 'SIGCONT')
    for (const id of ids)
      await frozen.says(new RegExp(` ${id} attempt 1: its lease was over, its end was refused$`, 'm'))
    const [, next = ''] = await frozen.says(new RegExp(`worker ${frozenId} was not heard of .* it goes on as (w\\d+)`))
    expect(states()).toEqual(between)

    letEnd(running, 2)
    await eventually(() => expect(states()).toEqual(ids.map(() => ended)))
    // A loss for the lease, none for what came late.
    expect(stored().filter(({ losses, failures }) => losses !== 1 || failures !== 0)).toEqual([])

    other.signal('SIGTERM')
    expect((await other.ended).exitCode).toBe(0)
    const again = `again${round}`
    letEnd(again, 1)
    const more = await enqueueJobs(project, 'work', 3 * concurrency, [again])
    const done = { state: 'completed', worker: Number(next.slice(1)), result: '1' }
    await eventually(() => {
      const jobs = storedJobs(project).filter(({ id }) => more.includes(id))
      expect(jobs.map(({ state, worker, result }) => ({ state, worker, result }))).toEqual(more.map(() => done))
    })
    frozenId = next
  }
  frozen.signal('SIGTERM')
  expect((await frozen.ended).exitCode).toBe(0)
  expectIntact(project)
}, 180_000)
