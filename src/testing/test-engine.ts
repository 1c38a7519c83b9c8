import { type Duration, parseDuration } from '../domain/duration.js'
import { defaultRetention } from '../domain/retention.js'
import { checkSchedules } from '../domain/schedule/sources.js'
import { EmbeddedEngine } from '../embedded/embedded-engine.js'
import type { Engine, EngineWorker, JobRecord, TaskFunction, TaskFunctions } from '../embedded/engine.js'
import { jobRecord } from '../embedded/job-record.js'
import type { RegisteredTasks } from '../embedded/registered-tasks.js'
import { codeSchedules } from '../project/schedules.js'
import { openMemoryStore } from '../stores/memory/store.js'
import { emptyTables, type Tables } from '../stores/memory/tables.js'
import type { Store } from '../stores/store.js'
import { TestClock } from './test-clock.js'
import { TestWorker } from './test-worker.js'

/** An engine in memory, whose time a test moves. */
export interface TestEngine<Tasks extends TaskFunctions = TaskFunctions> extends Engine<Tasks> {
  /**
   * Time passes: jobs that become due by then run at their time and in order, with what they enqueue. A job that waits for
   * something real, such as an answer over HTTP, has a quarter of a second of real time; then the clock goes on without it.
   * Rejects with UsageError if the duration cannot be read.
   */
  advance(duration: Duration): Promise<void>
  /**
   * Runs all jobs that are due, with what they enqueue, and resolves when none is queued or runs. It waits for their
   * promises, however long they take. Time stands still, but for milliseconds: what waits for a later time, such as a
   * retry, goes on waiting.
   */
  drain(): Promise<void>
  /** All jobs of a task as they are now, oldest first; without a task, of all tasks. */
  jobsFor(task?: string | TaskFunction): readonly JobRecord[]
  /** What time it is in this engine. */
  now(): Date
}

interface Parts {
  readonly tables: Tables
  readonly store: Store
  readonly clock: TestClock
  readonly tasks: RegisteredTasks
  readonly worker: TestWorker
}

export class MemoryEngine<Tasks extends TaskFunctions> extends EmbeddedEngine<Tasks> implements TestEngine<Tasks> {
  readonly #tables: Tables
  readonly #clock: TestClock
  readonly #tasks: RegisteredTasks
  readonly #worker: TestWorker

  private constructor({ tables, store, clock, tasks, worker }: Parts) {
    super({ store, clock, tasks, retention: defaultRetention })
    this.#tables = tables
    this.#clock = clock
    this.#tasks = tasks
    this.#worker = worker
  }

  static async start<Tasks extends TaskFunctions>(tasks: RegisteredTasks, now: number): Promise<MemoryEngine<Tasks>> {
    const clock = new TestClock()
    clock.setWall(now)
    const tables = emptyTables(clock)
    const store = openMemoryStore(clock, undefined, tables)
    await store.putSchedules(checkSchedules(codeSchedules(tasks.catalog), (name) => tasks.task(name)?.defaults, now))
    const worker = await TestWorker.start(store, clock, tasks)
    return new MemoryEngine({ tables, store, clock, tasks, worker })
  }

  async advance(duration: Duration): Promise<void> {
    await this.#worker.advance(parseDuration(duration, 'advance()'))
  }

  async drain(): Promise<void> {
    await this.#worker.drain()
  }

  jobsFor(task?: string | TaskFunction): readonly JobRecord[] {
    const name = task === undefined ? null : this.#tasks.find(task).name
    const rows = this.#tables.jobs.all().filter(({ job }) => name === null || job.task === name)
    return rows.map(({ job, progress }) => jobRecord(job, progress))
  }

  now(): Date {
    return new Date(this.#clock.now())
  }

  /** The engine has its worker from the beginning. */
  override async startWorker(): Promise<EngineWorker> {
    const { id } = this.#worker
    return { id, broken: new Promise(() => {}), stop: async () => {} }
  }

  override async close(): Promise<void> {
    await this.#worker.stop()
    await super.close()
  }
}
