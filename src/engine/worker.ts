import type { Clock } from '../domain/clock.js'
import { ProjectError } from '../domain/errors.js'
import { defaultGraceMs, type WorkerId } from '../domain/job.js'
import { queueNames } from '../domain/queues.js'
import type { Retention } from '../domain/retention.js'
import type { Store } from '../stores/store.js'
import { waitAtMost } from './clock.js'
import { EngineEmitter, type ProcessExited } from './events.js'
import { thisHost } from './host.js'
import { describeExit } from './hosts/process-exit.js'
import type { TaskPool } from './pool/task-pool.js'
import { Runner, type RunnerSettings } from './runner.js'
import { beat } from './services/beat.js'
import { canceller } from './services/canceller.js'
import { claimer } from './services/claimer.js'
import { memoryWatch } from './services/memory-watch.js'
import { pruner } from './services/pruner.js'
import type { Service } from './services/service.js'
import { sweeper } from './services/sweeper.js'

// A worker without a task process can do nothing, and more starts would fail like these.
const maxExitsWhileLoading = 5

// How long an ending worker retries to store the ends of its jobs.
const lastTriesMs = 5_000

export interface WorkerSettings extends RunnerSettings {
  readonly retention: Retention
  /** Of each task process and program with its children, in bytes; null for no limit. */
  readonly maxMemoryBytes: number | null
  /** Whether a scheduler runs beside it; the store only shows it. */
  readonly scheduler: boolean
  /** Whether this process is a program of the user's; the store only shows it. Default: no. */
  readonly embedded?: boolean
}

/** A worker: owns the store connection, claims jobs and hands them to its task processes. It runs no user code. */
export class Worker {
  readonly events: EngineEmitter
  /** Rejects if the worker cannot go on, and never resolves. */
  readonly broken: Promise<never>
  readonly runner: Runner
  readonly #store: Store
  readonly #pool: TaskPool
  readonly #clock: Clock
  readonly #settings: WorkerSettings
  readonly #services: readonly Service[]
  #break: (reason: unknown) => void = () => {}
  #id: WorkerId
  /** Which store it has registered in: one that is emptied is another. */
  #identity: string
  #abandoned: Promise<void> | null = null

  private constructor(
    store: Store,
    pool: TaskPool,
    clock: Clock,
    settings: WorkerSettings,
    id: WorkerId,
    identity: string,
  ) {
    this.events = new EngineEmitter()
    this.broken = new Promise((_, reject) => {
      this.#break = reject
    })
    this.broken.catch(() => {}) // callers of `broken` handle it
    this.#store = store
    this.#pool = pool
    this.#clock = clock
    this.#settings = settings
    this.#id = id
    this.#identity = identity
    this.runner = new Runner(store, pool, clock, this.events, id, settings)
    const worker = () => this.#id
    this.#services = [
      beat(
        store,
        worker,
        () => pool.processes,
        () => this.#evicted(),
        clock,
        this.events,
      ),
      sweeper(store, clock, thisHost(), this.events),
      canceller(store, worker, this.runner, clock, this.events),
      pruner(store, settings.retention, clock, this.events),
      claimer(store, this.runner, clock, this.events),
      memoryWatch(pool, this.runner, settings.maxMemoryBytes, clock, this.events),
    ]
  }

  /** Registers a worker. It takes no job before `start()`, so there is time to subscribe to its events. */
  static async register(store: Store, pool: TaskPool, clock: Clock, settings: WorkerSettings): Promise<Worker> {
    const identity = await store.identity()
    return new Worker(store, pool, clock, settings, await register(store, settings, pool), identity)
  }

  get id(): WorkerId {
    return this.#id
  }

  start(): void {
    const { concurrency, processes } = this.#settings
    this.events.on('service.failed', ({ error }) => this.#break(error))
    this.events.on('process.exited', (event) => this.#exited(event))
    this.#pool.open(concurrency, processes, (slot, event) => this.runner.onPoolEvent(slot, event))
    // A process that was ready before the pool was open has been reported to nobody.
    this.runner.storeTasks()
    for (const service of this.#services) service.start()
    this.events.emit('worker.started', { worker: this.#id })
  }

  /**
   * Takes no more jobs and waits for the running ones, at most `graceMs`; then asks them to stop, and gives back
   * without penalty those that still run. Resolves when the worker has left the store.
   */
  async stop(graceMs: number): Promise<void> {
    const cancelAsk = this.#clock.after(graceMs, () => this.runner.askToStop())
    const drained = waitAtMost(this.#clock, graceMs + Math.min(graceMs, defaultGraceMs), this.runner.drain())
    // Without its store the end of a job cannot be kept, and other workers may have its jobs soon.
    await Promise.race([drained, this.broken.catch(() => {})])
    cancelAsk()
    await this.abandon()
  }

  /**
   * Ends at once: kills the task processes, and gives back what ran in them. Rejects with StoreUnavailableError if the
   * store refuses that for five seconds: the jobs run again when the lease is over.
   */
  abandon(): Promise<void> {
    this.#abandoned ??= this.#end()
    return this.#abandoned
  }

  async #end(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()))
    await this.#pool.end()
    this.runner.release()
    // The end of a worker must not wait for a full disk: other workers run again what it could not store.
    const cancelGiveUp = this.#clock.after(lastTriesMs, () => this.runner.giveUp())
    await this.runner.drain()
    cancelGiveUp()
    await this.#store.deregister(this.#id)
    this.events.emit('worker.stopped', { worker: this.#id })
  }

  #exited({ exit, exitsWhileLoading }: ProcessExited): void {
    if (exitsWhileLoading < maxExitsWhileLoading) return
    const wrote = exit.lastWords?.split('\n').at(-1)?.trim()
    const why = wrote ? `${describeExit(exit)}: ${wrote}` : describeExit(exit)
    const message = `the task process died ${exitsWhileLoading} times while it loaded the tasks (${why})`
    const hint = 'run "offstage tasks" to see which module is at fault'
    this.#break(new ProjectError('E_TASK_PROCESS', message, hint))
  }

  /** The lease expired: other workers may have the jobs now. Kills everything that still runs here. */
  async #evicted(): Promise<void> {
    const old = this.#id
    // Kill first: other workers may run these jobs already, and the new worker must not use an ending process.
    const killed = this.#pool.slots.filter((slot) => slot.count > 0).map((slot) => slot.killProcess())
    // Before it is another worker: if the store fails, the next beat begins anew.
    const identity = await this.#store.identity()
    const next = await register(this.#store, this.#settings, this.#pool)
    this.#id = next
    this.runner.continueAs(next)
    const isEmptied = identity !== this.#identity
    this.#identity = identity
    await Promise.all(killed)
    this.events.emit('worker.evicted', { worker: old, next, isEmptied })
  }
}

function register(store: Store, settings: WorkerSettings, pool: TaskPool): Promise<WorkerId> {
  const { concurrency, queues, scheduler, embedded = false } = settings
  return store.register({
    ...thisHost(),
    concurrency,
    queues: queueNames(queues),
    tasks: pool.known,
    scheduler,
    embedded,
  })
}
