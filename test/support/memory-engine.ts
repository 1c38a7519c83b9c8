import { onTestFinished } from 'vitest'
import type { Job, JobId, NewJob } from '../../src/domain/job.js'
import { plainTaskDefaults } from '../../src/domain/request.js'
import type { Retention } from '../../src/domain/retention.js'
import { systemClock } from '../../src/engine/clock.js'
import { EngineEmitter } from '../../src/engine/events.js'
import { TaskPool } from '../../src/engine/pool/task-pool.js'
import { Scheduler } from '../../src/engine/services/scheduler.js'
import { scheduling } from '../../src/engine/services/scheduling.js'
import { Worker } from '../../src/engine/worker.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { Store } from '../../src/stores/store.js'
import { type MovableClock, movableClock } from '../../src/testing/test-clock.js'
import { newJob } from './job.js'
import { MemoryHost, type MemoryTasks } from './memory-host.js'
import { retentionOf } from './retention.js'

/** A whole engine in this process, by a clock that only the test moves. */
export interface MemoryEngine {
  readonly store: Store
  readonly clock: MovableClock
  /** Starts a worker; `seen` is the store as that one has it. */
  startWorker(tasks: MemoryTasks, settings?: { retention?: Partial<Retention>; seen?: Store }): Promise<Worker>
  startScheduler(): void
  /** Enqueues one job, of task `hello` unless said; returns its id. */
  enqueue(overrides?: Partial<NewJob>): Promise<JobId>
  job(id: JobId): Promise<Job>
}

export function memoryEngine(): MemoryEngine {
  // Of this boot: a lease counts in no other.
  const clock = movableClock(systemClock)
  const store = openMemoryStore(clock)
  return {
    store,
    clock,
    async startWorker(tasks, { retention = {}, seen = store } = {}) {
      const start = (emit: ConstructorParameters<typeof MemoryHost>[2]) => new MemoryHost(tasks, clock, emit)
      const pool = new TaskPool({ start, cwd: '/' }, clock, () => {})
      const worker = await Worker.register(seen, pool, clock, {
        queues: null,
        concurrency: 10,
        processes: 1,
        redact: [],
        maxMemoryBytes: null,
        scheduler: false,
        retention: retentionOf(retention),
      })
      worker.start()
      onTestFinished(() => worker.abandon())
      await clock.advance(1)
      return worker
    },
    startScheduler() {
      const events = new EngineEmitter()
      const service = scheduling(store, new Scheduler(store, clock, () => plainTaskDefaults, events), clock, events)
      service.start()
      onTestFinished(() => service.stop())
    },
    async enqueue(overrides) {
      const [enqueued] = await store.enqueue([newJob({ dueAt: clock.now(), ...overrides })])
      if (enqueued === undefined) throw new Error('nothing was enqueued')
      await clock.advance(0)
      return enqueued.id
    },
    async job(id) {
      const job = await store.job(id)
      if (job === null) throw new Error(`no job ${id}`)
      return job
    },
  }
}
