import { type Duration, parseDuration } from '../domain/duration.js'
import { defaultRetention } from '../domain/retention.js'
import { EmbeddedEngine } from '../embedded/embedded-engine.js'
import type { EngineWorker, EngineWorkerOptions, JobRecord, TaskFunction, TaskFunctions } from '../embedded/engine.js'
import { jobRecord } from '../embedded/job-record.js'
import type { RegisteredTasks } from '../embedded/registered-tasks.js'
import { parseWorkerOptions } from '../embedded/worker-options.js'
import { openMemoryStore } from '../stores/memory/store.js'
import { emptyTables, type Tables } from '../stores/memory/tables.js'
import type { Store } from '../stores/store.js'
import { watchChains } from './enqueue-chains.js'
import { TestClock } from './test-clock.js'
import type { TestEngine } from './test-engine.js'
import { TestOutbox } from './test-outbox.js'
import { TestWorker } from './test-worker.js'

interface Parts {
  readonly tables: Tables
  readonly store: Store
  readonly clock: TestClock
  readonly tasks: RegisteredTasks
  readonly tasksFolder: string | null
  readonly worker: TestWorker
  readonly outbox: TestOutbox
}

/** The engine of `createTestEngine()`. */
export class MemoryEngine<Tasks extends TaskFunctions<Tasks>>
  extends EmbeddedEngine<Tasks>
  implements TestEngine<Tasks>
{
  readonly #tables: Tables
  readonly #clock: TestClock
  readonly #tasks: RegisteredTasks
  readonly #worker: TestWorker
  readonly #moveRows: () => void

  private constructor({ tables, store, clock, tasks, tasksFolder, worker, outbox }: Parts) {
    super({
      store: untimed(store),
      clock,
      tasks,
      tasksFolder,
      retention: defaultRetention,
      tz: 'UTC',
      outboxes: outbox,
    })
    // A store in memory has enqueued when it returns.
    this.#moveRows = () => void outbox.move(store)
    this.#tables = tables
    this.#clock = clock
    this.#tasks = tasks
    this.#worker = worker
  }

  static async start<Tasks extends TaskFunctions<Tasks>>(
    tasks: RegisteredTasks,
    tasksFolder: string | null,
    now: number,
  ): Promise<MemoryEngine<Tasks>> {
    const clock = new TestClock()
    clock.setWall(now)
    const tables = emptyTables(clock)
    const store = openMemoryStore(clock, undefined, tables)
    const outbox = new TestOutbox(clock)
    const worker = await TestWorker.start(store, clock, tasks, outbox, tasksFolder)
    // Of what jobs enqueue: they do it through the engine.
    const watched = watchChains(
      store,
      () => clock.now(),
      (error) => worker.refuse(error),
    )
    return new MemoryEngine({ tables, store: watched, clock, tasks, tasksFolder, worker, outbox })
  }

  async advance(duration: Duration): Promise<void> {
    await this.#worker.advance(parseDuration(duration, 'advance()'))
  }

  async drain(): Promise<void> {
    await this.#worker.drain()
  }

  jobsFor(task?: string | TaskFunction): readonly JobRecord[] {
    this.#moveRows()
    const name = task === undefined ? null : this.#tasks.find(task).name
    const rows = this.#tables.jobs.all().filter(({ job }) => name === null || job.task === name)
    return rows.map(({ job, progress }) => jobRecord(job, progress))
  }

  now(): Date {
    return new Date(this.#clock.now())
  }

  /** The engine has its worker from the beginning. */
  override async startWorker(options: EngineWorkerOptions = {}): Promise<EngineWorker> {
    parseWorkerOptions(options)
    const { id } = this.#worker
    return { id, broken: new Promise(() => {}), stop: async () => {} }
  }

  override async close(): Promise<void> {
    await this.#worker.stop()
    await super.close()
  }
}

/** The store, for those who wait for its changes: all are made in this process, so nobody has to look now and then. */
function untimed(store: Store): Store {
  return {
    ...store,
    changes: () => {
      const changes = store.changes()
      return { ...changes, next: (_, signal) => changes.next(Number.POSITIVE_INFINITY, signal) }
    },
  }
}
