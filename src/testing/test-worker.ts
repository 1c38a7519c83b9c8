import { UsageError } from '../domain/errors.js'
import { defaultRetention } from '../domain/retention.js'
import { declareTaskSchedules } from '../embedded/declare-task-schedules.js'
import { inlinePool } from '../embedded/inline-pool.js'
import type { RegisteredTasks } from '../embedded/registered-tasks.js'
import { jobOfCaller } from '../engine/current-job.js'
import { EngineEmitter } from '../engine/events.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import { Runner } from '../engine/runner.js'
import { Scheduler } from '../engine/services/scheduler.js'
import type { Changes } from '../stores/change-notifier.js'
import { storeClosed } from '../stores/closed.js'
import type { Store } from '../stores/store.js'
import { RunningTimes } from './running-times.js'
import { nextTurn, type TestClock } from './test-clock.js'
import type { TestOutbox } from './test-outbox.js'

const concurrency = 10
const noVitals = { processes: [], rssBytes: null }
// A lease is 30 s.
const beatMs = 20_000
// A batch of the store's upkeep.
const batch = 1_000
// From one step of the host to the next a job takes a turn of the event loop, and to its start some more.
const quietTurns = 3
const startTurns = 10
// The end of a job waits no longer than this to be stored.
const maxSettleMs = 1_000
// What else the process has to do gets a turn after so many stops.
const stopsInATurn = 64

/**
 * Runs the jobs of a test engine, in this process and by a clock that it moves itself. It has no services: at each stop
 * of the clock it does what they do, in a fixed order, and only when nothing is left to do there does time go on.
 */
export class TestWorker {
  readonly id: string
  readonly #store: Store
  readonly #clock: TestClock
  readonly #events = new EngineEmitter()
  readonly #pool: TaskPool
  readonly #runner: Runner
  readonly #scheduler: Scheduler
  readonly #changes: Changes
  readonly #outbox: TestOutbox
  readonly #running: RunningTimes
  /** Of what has happened that may bring work, beside changes of the store. */
  #count = 0
  /** Jobs start only while a test moves time. */
  #mayClaim = false
  #untilDueMs = Number.POSITIVE_INFINITY
  #untilSlotMs = Number.POSITIVE_INFINITY
  #fault: unknown = null
  /** Why the move of time that is under way must end. */
  #refusal: unknown = null
  #isOver = false
  #last: Promise<unknown> = Promise.resolve()
  #stopped: Promise<void> | null = null

  private constructor(
    store: Store,
    clock: TestClock,
    tasks: RegisteredTasks,
    outbox: TestOutbox,
    pool: TaskPool,
    id: string,
  ) {
    this.id = id
    this.#outbox = outbox
    this.#store = store
    this.#clock = clock
    this.#pool = pool
    const seen: Store = { ...store, claim: async (request) => (this.#mayClaim ? store.claim(request) : []) }
    const settings = { queues: null, concurrency, processes: 1, redact: [] }
    this.#runner = new Runner(seen, pool, clock, this.#events, id, settings)
    this.#scheduler = new Scheduler(store, clock, (name) => tasks.task(name)?.defaults, this.#events)
    this.#changes = store.changes()
    this.#running = new RunningTimes(this.#events)
    this.#events.on('service.failed', ({ error }) => {
      this.#fault ??= error
    })
  }

  static async start(
    store: Store,
    clock: TestClock,
    tasks: RegisteredTasks,
    outbox: TestOutbox,
    tasksFolder: string | null,
  ) {
    const pool = inlinePool({ clock, tasks, tasksFolder })
    const { tasks: infos } = await pool.catalog
    await declareTaskSchedules({ store, clock, tasksFolder, retention: defaultRetention, tz: 'UTC' }, pool)
    const id = await store.register({
      process: { pid: process.pid, startTicks: null },
      host: 'test',
      bootId: clock.bootId,
      pidNamespace: null,
      concurrency,
      queues: null,
      tasks: infos.map(({ name }) => name),
      scheduler: true,
      embedded: true,
    })
    const worker = new TestWorker(store, clock, tasks, outbox, pool, id)
    await new Promise<void>((ready) => {
      pool.open(concurrency, 1, (slot, event) => {
        worker.#count++
        worker.#runner.onPoolEvent(slot, event)
        if (event.type === 'ready') ready()
      })
    })
    return worker
  }

  /** Time passes: what becomes due runs at its time, in order. */
  advance(ms: number): Promise<void> {
    return this.#alone('advance()', async () => {
      let leftMs = ms
      await this.#settle()
      for (let stops = 1; ; stops++) {
        await this.#waitForJobs()
        const nextMs = Math.min(this.#clock.untilNextMs(), this.#untilDueMs, this.#untilSlotMs)
        if (Math.min(nextMs, beatMs) > leftMs) break
        await this.#pass(Math.min(nextMs, beatMs))
        leftMs -= Math.min(nextMs, beatMs)
        // Otherwise the lease alone had to be renewed.
        if (nextMs <= beatMs) await this.#settle()
        if (stops % stopsInATurn === 0) await nextTurn()
      }
      await this.#pass(leftMs)
    })
  }

  /** Resolves when no job is queued or runs. */
  drain(): Promise<void> {
    return this.#alone('drain()', async () => {
      await this.#settle()
      while (this.#runner.busy) {
        if (this.#running.count > 0) {
          this.#running.refuseIfStuck()
          await this.#running.tick()
        }
        // The end of a job that a signal ended is judged some time later.
        else await this.#pass(Math.min(this.#clock.untilNextMs(), maxSettleMs))
        await this.#settle()
      }
    })
  }

  /** Stops the jobs that run, and takes no more. Their late results do not count. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#isOver = true
    this.#runner.askToStop()
    await this.#last.catch(() => {})
    await this.#pool.end()
    this.#runner.release()
    await this.#runner.drain()
    await this.#store.deregister(this.id)
  }

  /** One after the other: two moves at once would be one of no known length. */
  #alone(name: string, move: () => Promise<void>): Promise<void> {
    const job = jobOfCaller()
    if (job !== undefined) {
      throw new UsageError('E_TEST_STUCK', `${name} was called in ${job.id} (${job.task}), which it would wait for`)
    }
    const moved = this.#last
      .catch(() => {})
      .then(async () => {
        this.#refusal = null
        this.#refuseIfOver()
        this.#mayClaim = true
        try {
          await move()
        } finally {
          this.#mayClaim = false
        }
      })
    this.#last = moved
    return moved
  }

  async #pass(ms: number): Promise<void> {
    this.#refuseIfOver()
    this.#clock.pass(ms)
    this.#untilDueMs -= ms
    this.#untilSlotMs -= ms
    await this.#store.beat(this.id, noVitals)
  }

  /** Does what is to be done at this time, until nothing is left but jobs that wait for something. */
  async #settle(): Promise<void> {
    let before: number
    do {
      before = this.#count
      const hasNews = this.#changes.isNew()
      await this.#changes.next(0)
      await this.#upkeep()
      if (hasNews || this.#changes.isNew() || this.#runner.busy) await this.#runner.claim()
      if (this.#runner.busy) for (const id of await this.#store.cancelRequests(this.id)) this.#runner.cancel(id)
      await this.#untilQuiet()
      this.#refuseIfOver()
    } while (this.#count !== before || this.#changes.isNew() || this.#clock.untilNextMs() === 0)
  }

  async #upkeep(): Promise<void> {
    if (this.#clock.runDue()) this.#count++
    if (this.#outbox.isUsed) await this.#outbox.move(this.#store)
    this.#runner.settleNow()
    // Nobody sets this clock, so there is nothing to check between two slots.
    await this.#scheduler.runOnce()
    this.#untilSlotMs = Math.max(0, this.#scheduler.nextAt - this.#clock.now())
    const { isPartial, nextDueAt } = await this.#store.sweep({ limit: batch, dead: [] })
    this.#untilDueMs = nextDueAt === null ? Number.POSITIVE_INFINITY : Math.max(0, nextDueAt - this.#clock.now())
    if (isPartial) this.#count++
  }

  /** Turns of the event loop, until no job runs or those that run have nothing to do in this process. */
  async #untilQuiet(): Promise<void> {
    for (let quiet = 0; this.#runner.busy && quiet < (this.#running.count > 0 ? quietTurns : startTurns); ) {
      const before = this.#count
      await nextTurn()
      quiet = this.#count === before ? quiet + 1 : 0
    }
  }

  /** Time stands still for jobs that do real work, for a while. */
  async #waitForJobs(): Promise<void> {
    while (this.#running.mayEndSoon) {
      const before = this.#count
      await this.#running.tick()
      if (this.#count !== before || this.#changes.isNew()) await this.#settle()
      this.#refuseIfOver()
    }
  }

  /** Ends the move of time that is under way with this error. */
  refuse(error: unknown): void {
    this.#refusal ??= error
  }

  #refuseIfOver(): void {
    if (this.#refusal !== null) throw this.#refusal
    if (this.#fault !== null) throw this.#fault
    if (this.#isOver) throw storeClosed('memory:')
  }
}
