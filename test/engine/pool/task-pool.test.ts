import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import type { Job } from '../../../src/domain/job.js'
import { defaultRetention } from '../../../src/domain/retention.js'
import { systemClock } from '../../../src/engine/clock.js'
import { inProcesses } from '../../../src/engine/hosts/process-host.js'
import { TaskPool } from '../../../src/engine/pool/task-pool.js'
import { Worker } from '../../../src/engine/worker.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { Store } from '../../../src/stores/store.js'
import { temporaryFolder } from '../../support/folder.js'
import { newJob, newWorker } from '../../support/job.js'
import { taskProgram } from '../../support/task-program.js'

const folder = temporaryFolder()
const tasksFolder = join(folder.path, 'tasks')
const go = join(folder.path, 'go')
mkdirSync(tasksFolder)
writeFileSync(
  join(tasksFolder, 'work.mjs'),
  `import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export const pid = () => process.pid
export const wait = async () => {
  console.log('waits')
  while (!existsSync('${go}')) await setTimeout(5)
  return process.pid
}
export const computes = () => {
  const until = Date.now() + 10
  while (Date.now() < until) continue
  return process.pid
}
/** Blocks its process until another one does. */
export const blocks = () => {
  writeFileSync('${folder.path}/blocks-' + process.pid, '')
  while (readdirSync('${folder.path}').filter((name) => name.startsWith('blocks-')).length < 2) continue
  return process.pid
}
export const dies = async () => {
  await setTimeout(20)
  process.kill(process.pid, 'SIGKILL')
}
`,
)
afterAll(() => folder.remove())

const workers: Worker[] = []
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.abandon()
})

/** A worker with a store of its own, and a way to wait for its jobs. */
async function workerWith(concurrency: number, processes: number) {
  const store = openMemoryStore(systemClock)
  const pool = new TaskPool(inProcesses(taskProgram(tasksFolder, folder.path), systemClock), systemClock, () => {})
  await pool.catalog
  const settings = {
    queues: null,
    concurrency,
    processes,
    retention: defaultRetention,
    maxMemoryBytes: null,
    scheduler: false,
    redact: [],
  }
  const worker = await Worker.register(store, pool, systemClock, settings)
  workers.push(worker)
  const output: string[] = []
  worker.events.on('task.output', ({ text }) => output.push(text))
  const enqueue = async (task: string, count = 1, overrides: Partial<Parameters<typeof newJob>[0]> = {}) => {
    const job = newJob({ task: `work.${task}`, argsJson: '[]', timeoutMs: 60_000, ...overrides })
    return (await store.enqueue(Array.from({ length: count }, () => job))).map(({ id }) => id)
  }
  const ended = async (id: string): Promise<Job> => {
    const changes = store.changes()
    for (;;) {
      const job = await store.job(id)
      if (job !== null && job.endedAt !== null) return job
      await changes.next(1_000)
    }
  }
  return { store, pool, worker, enqueue, ended, output }
}

describe('a pool of task processes', () => {
  test('Jobs that only wait share one process.', async () => {
    const { worker, enqueue, ended } = await workerWith(10, 2)
    worker.start()
    const ids = await enqueue('wait', 4)
    writeFileSync(go, '')
    const pids = (await Promise.all(ids.map(ended))).map(({ resultJson }) => resultJson)
    expect(new Set(pids).size).toBe(1)
  })

  test('Jobs that block their process run side by side all the same.', async () => {
    const { worker, enqueue, ended } = await workerWith(4, 2)
    worker.start()
    const ids = await enqueue('blocks', 2)
    const jobs = await Promise.all(ids.map(ended))
    expect(jobs.map(({ state }) => state)).toEqual(['completed', 'completed'])
    expect(new Set(jobs.map(({ resultJson }) => resultJson)).size).toBe(2)
  })

  test('Jobs that compute are shared out to a second process, which is started for them.', async () => {
    const { worker, enqueue, ended } = await workerWith(4, 2)
    worker.start()
    const ids = await enqueue('computes', 300)
    const pids = (await Promise.all(ids.map(ended))).map(({ resultJson }) => resultJson)
    const [first = 0, second = 0] = [...new Set(pids)].map((pid) => pids.filter((other) => other === pid).length)
    expect(Math.min(first, second)).toBeGreaterThan(30)
  })

  test('A process that dies takes only its own jobs with it: they are suspects, run alone, and all but the culprit are cleared.', async () => {
    const { worker, enqueue, ended } = await workerWith(4, 1)
    const culprit = await enqueue('dies')
    const beside = await enqueue('wait', 3)
    worker.start()
    writeFileSync(go, '')
    const job = await ended(culprit[0] ?? '')
    expect(job).toMatchObject({ state: 'failed', reason: 'lost', lossesAlone: 3 })
    for (const id of beside) {
      const innocent = await ended(id)
      expect(innocent).toMatchObject({ state: 'completed', failures: 0, lossesAlone: 0 })
      expect(innocent.losses).toBeLessThanOrEqual(1)
    }
  })

  test('A suspect that waits for an empty process is given back unstarted when the worker stops.', async () => {
    rmSync(go)
    const { store, worker, enqueue, output } = await workerWith(2, 1)
    const [slow = ''] = await enqueue('wait')
    worker.start()
    await vi.waitFor(() => expect(output).toContain('waits\n'))
    const id = await suspectIn(store)
    await vi.waitFor(async () => expect(await store.job(id)).toMatchObject({ state: 'running', attempt: 2 }))
    await worker.stop(0)
    expect(await store.job(id)).toMatchObject({ state: 'queued', startedAt: null, losses: 1, suspect: true })
    expect(await store.job(slow)).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
  })
})

/** A job whose process has died in another worker. */
async function suspectIn(store: Store): Promise<string> {
  const other = await store.register(newWorker(systemClock))
  await store.enqueue([newJob({ task: 'work.pid', argsJson: '[]', reservedFor: other })])
  const [claim] = await store.claim({ worker: other, queues: { shares: [], strict: false }, limit: 1 })
  if (claim === undefined) throw new Error('the job was not claimed')
  const now = systemClock.now()
  const span = { startedAt: now, endedAt: now, endedBy: 'lost', reason: 'lost', error: boom } as const
  await store.settle([{ lease: claim.lease, outcome: { kind: 'retry', at: now, counts: 'loss', ...span } }])
  await store.deregister(other)
  return claim.job.id
}

const boom = { name: 'ProcessLost', message: 'it died', stack: null }
