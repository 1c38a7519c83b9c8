import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/domain/clock.js'
import type { JobId, NewJob } from '../../src/domain/job.js'
import { defaultRetention } from '../../src/domain/retention.js'
import type { TaskInfo } from '../../src/engine/ipc/messages.js'
import { TaskPool } from '../../src/engine/pool/task-pool.js'
import { Worker, type WorkerSettings } from '../../src/engine/worker.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import { someTurns } from './attempts.js'
import { type FakeHost, fakeHosts, taskInfo } from './fake-host.js'
import { newJob } from './job.js'

const settings: WorkerSettings = {
  queues: null,
  concurrency: 2,
  processes: 1,
  redact: [],
  retention: defaultRetention,
  maxMemoryBytes: null,
  scheduler: false,
}

/** A worker on a store in memory whose processes run no code: the test says when a job ends. It has task `hello`. */
export async function fakeWorker(
  clock: Clock,
  overrides: Partial<WorkerSettings> = {},
  tasks: readonly TaskInfo[] = [taskInfo('hello')],
  isSlow: (index: number) => boolean = () => false,
) {
  const store = openMemoryStore(clock)
  const fakes = fakeHosts(tasks, isSlow)
  const pool = new TaskPool({ start: fakes.start, cwd: '/' }, clock, () => {})
  const worker = await Worker.register(store, pool, clock, { ...settings, ...overrides })
  worker.start()
  await someTurns()
  onTestFinished(() => worker.abandon())
  const enqueue = async (count = 1, job: Partial<NewJob> = {}): Promise<readonly JobId[]> => {
    const enqueued = await store.enqueue(Array.from({ length: count }, () => newJob(job)))
    await someTurns()
    return enqueued.map(({ id }) => id)
  }
  const host = (index = 0): FakeHost => {
    const found = fakes.hosts[index]
    if (found === undefined) throw new Error(`there is no host ${index}`)
    return found
  }
  return { store, worker, pool, enqueue, host, hosts: fakes.hosts }
}
