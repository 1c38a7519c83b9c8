import type { Clock } from '../domain/clock.js'
import { OffstageError, ProjectError } from '../domain/errors.js'
import { defaultGraceMs, type WorkerId } from '../domain/job.js'
import { queueNames } from '../domain/queues.js'
import { makeJob } from '../domain/request.js'
import type { Retention } from '../domain/retention.js'
import type { Store } from '../stores/store.js'
import type { RunningAttempt } from './attempts/running-attempt.js'
import { EngineEmitter } from './events.js'
import { thisHost } from './host.js'
import { describeExit, type ProcessExit } from './hosts/process-exit.js'
import type { EnqueueAnswer, EnqueueRequest } from './ipc/messages.js'
import type { Lane } from './pool/lane.js'
import type { TaskPool } from './pool/task-pool.js'
import { Runner, type RunnerSettings } from './runner.js'
import { beat } from './services/beat.js'
import { canceller } from './services/canceller.js'
import { claimer } from './services/claimer.js'
import { memoryWatch } from './services/memory-watch.js'
import { pruner } from './services/pruner.js'
import type { Service } from './services/service.js'
import { sweeper } from './services/sweeper.js'
import { after } from './timer.js'

// Without a task process a worker is of no use, and starting one over and over helps nobody.
const maxExitsWhileLoading = 5

// How long a worker that ends goes on trying to store how its jobs ended.
const lastTriesMs = 5_000

export interface WorkerSettings extends RunnerSettings {
  readonly retention: Retention
  /** Of each task process, in bytes; null for no limit. */
  readonly maxMemoryBytes: number | null
}

/** A worker: holds the store, claims jobs and hands them to its task process. It runs no code of the user's. */
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
  #toldTasks: readonly string[] = []
  #break: (reason: unknown) => void = () => {}
  #id: WorkerId

  private constructor(store: Store, pool: TaskPool, clock: Clock, settings: WorkerSettings, id: WorkerId) {
    this.events = new EngineEmitter()
    this.broken = new Promise((_, reject) => {
      this.#break = reject
    })
    this.broken.catch(() => {}) // whoever waits for it hears it
    this.#store = store
    this.#pool = pool
    this.#clock = clock
    this.#settings = settings
    this.#id = id
    this.runner = new Runner(store, pool, clock, this.events, id, settings)
    const worker = () => this.#id
    this.#services = [
      beat(
        store,
        worker,
        () => pool.processes,
        () => this.#evicted(),
        this.events,
      ),
      sweeper(store, clock, thisHost(), this.events),
      canceller(store, worker, this.runner, this.events),
      pruner(store, clock, settings.retention, this.events),
      claimer(store, this.runner, this.events),
      memoryWatch(pool, this.runner, settings.maxMemoryBytes, this.events),
    ]
  }

  /** Registers a worker. It takes no job before `start()`, which leaves time to listen to its events. */
  static async register(store: Store, pool: TaskPool, clock: Clock, settings: WorkerSettings): Promise<Worker> {
    return new Worker(store, pool, clock, settings, await register(store, settings, pool))
  }

  get id(): WorkerId {
    return this.#id
  }

  start(): void {
    const { concurrency, processes } = this.#settings
    this.#pool.open(concurrency, processes, {
      ready: () => {
        this.#tellTasks()
        this.runner.claimSoon()
      },
      started: (entry) => this.runner.started(entry),
      ended: (lane, ends) => this.runner.ended(lane, ends),
      returned: (lane, entries) => this.runner.returned(lane, entries),
      usage: (entry, usage) => this.runner.log.usage(entry, usage),
      // Whoever takes over from a worker that dies must know of it, to end it first.
      spawned: () => this.#store.beat(this.#id, this.#pool.processes).then(nothing, nothing),
      recycle: (lane) => this.#pool.replace(lane),
      exited: (lane, exit, running) => this.#exited(lane, exit, running),
      output: (output) => this.runner.log.output(output),
      progress: (progress) => this.runner.log.progress(progress),
      enqueue: (request) => this.#enqueue(request),
    })
    this.events.on('service.failed', (_, error) => this.#break(error))
    for (const service of this.#services) service.start()
  }

  /**
   * Takes no more jobs and waits for those that run, for at most `graceMs`; then asks them to stop, and gives back without
   * penalty what still runs. Resolves when the worker is gone from the store.
   */
  async stop(graceMs: number): Promise<void> {
    const cancelAsk = after(graceMs, () => this.runner.askToStop())
    const patience = timeout(graceMs + Math.min(graceMs, defaultGraceMs))
    await Promise.race([this.runner.drain(), patience.over])
    cancelAsk()
    patience.cancel()
    await this.abandon()
  }

  /**
   * Ends at once: kills the task processes, and gives back what ran in them. Rejects with StoreUnavailableError if the
   * store refuses that for five seconds: the jobs run again when the lease is over.
   */
  async abandon(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()))
    await this.#pool.end()
    this.runner.release()
    // Whoever waits for the worker to end shall not wait for a disk: what cannot be stored is run again by others.
    const cancelGiveUp = after(lastTriesMs, () => this.runner.giveUp())
    await this.runner.drain()
    cancelGiveUp()
    await this.#store.deregister(this.#id)
  }

  /** `status JOB` says who knows the task of a job that waits. */
  #tellTasks(): void {
    const { known } = this.#pool
    if (known === this.#toldTasks) return
    this.#toldTasks = known
    this.#store.setTasks(this.#id, known).then(nothing, nothing)
  }

  #exited(lane: Lane, exit: ProcessExit, running: readonly RunningAttempt[]): void {
    this.events.emit('process.exited', describeExit(exit))
    this.runner.exited(lane, exit, running)
    if (lane.exitsWhileLoading < maxExitsWhileLoading) return
    const message = `the task process died ${lane.exitsWhileLoading} times while it loaded the tasks (${describeExit(exit)})`
    const hint = 'run "offstage tasks" to see which module is at fault'
    this.#break(new ProjectError('E_TASK_PROCESS', message, hint))
  }

  /** The lease was over before it was renewed: others have the jobs now. Whatever still runs here must end. */
  async #evicted(): Promise<void> {
    const old = this.#id
    // First of all: others may run these jobs by now, and nothing of the new worker's may meet a process that ends.
    const killed = this.#pool.lanes.filter((lane) => lane.count > 0).map((lane) => lane.kill())
    const next = await register(this.#store, this.#settings, this.#pool)
    this.#id = next
    this.runner.continueAs(next)
    await Promise.all(killed)
    this.events.emit('worker.evicted', old, next)
  }

  async #enqueue(request: EnqueueRequest): Promise<EnqueueAnswer> {
    try {
      const { task, defaults, argsJson, options } = request
      const job = makeJob(task, defaults, argsJson, options, this.#clock.now())
      const [enqueued] = await this.#store.enqueue([job])
      if (enqueued === undefined) throw new Error('the store answered nothing')
      if (enqueued.answer === 'refused') return { taken: { key: job.key?.name ?? '', holder: enqueued.id } }
      return { id: enqueued.id, duplicate: enqueued.answer === 'existing' }
    } catch (thrown) {
      const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
      if (thrown instanceof OffstageError) return { name, message, code: thrown.code, hint: thrown.hint }
      return { name, message, code: 'E_ENQUEUE', hint: null }
    }
  }
}

function register(store: Store, { concurrency, queues }: RunnerSettings, pool: TaskPool): Promise<WorkerId> {
  return store.register({ ...thisHost(), concurrency, queues: queueNames(queues), tasks: pool.known })
}

const nothing = () => {}

function timeout(delayMs: number) {
  let cancel = () => {}
  const over = new Promise<void>((resolve) => {
    cancel = after(delayMs, resolve)
  })
  return { over, cancel }
}
