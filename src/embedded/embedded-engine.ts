import { noJob } from '../app/jobs/find-job.js'
import { acceptedJob } from '../app/run/enqueue-job.js'
import { UsageError } from '../domain/errors.js'
import { type Job, type JobId, parseJobId } from '../domain/job.js'
import { written } from '../domain/options.js'
import { checkEnqueueOptions, type EnqueueOptions, makeJob } from '../domain/request.js'
import { outsideContext } from '../engine/current-job.js'
import { argsText, bindTask, type JobHandle, unbindTask } from '../engine/task.js'
import { checkArgs, type LoadedTask } from '../engine/task-process/loaded-task.js'
import { enqueueInSpan } from '../engine/task-process/traced-enqueue.js'
import { storeClosed } from '../stores/closed.js'
import type { CancelAnswer } from '../stores/store.js'
import type {
  Engine,
  EngineMonitor,
  EngineScheduleOptions,
  EngineWorker,
  EngineWorkerOptions,
  FinishedOptions,
  JobRecord,
  JobsFilter,
  ScheduleRecord,
  TaskFault,
  TaskFunction,
  TaskFunctions,
} from './engine.js'
import { readMonitor } from './engine-monitor.js'
import type { EngineParts } from './engine-parts.js'
import { putSchedule, readSchedule, removeSchedule } from './engine-schedules.js'
import { finishedJob, signalOf } from './finished-job.js'
import { jobRecord } from './job-record.js'
import { parseJobsFilter } from './jobs-filter.js'
import { OpenCalls } from './open-calls.js'
import type { SqliteHandle } from './outbox-handle.js'
import { startWorker } from './start-worker.js'

/** An engine inside a program: nothing of it is shared with other engines. */
export class EmbeddedEngine<Tasks extends TaskFunctions<Tasks>> implements Engine<Tasks> {
  readonly #parts: EngineParts
  readonly #calls = new OpenCalls(() => storeClosed('of this engine'))
  /** Those that start, too. */
  readonly #workers = new Set<Promise<EngineWorker>>()
  /** Ends those who wait for jobs. */
  readonly #over = new AbortController()
  #closing: Promise<void> | null = null

  constructor(parts: EngineParts) {
    this.#parts = parts
    for (const { run } of parts.tasks.all) {
      // Found when it is called: a function that has two names is refused, as by enqueue() of the engine.
      const enqueue = async (argsJson: string, options: EnqueueOptions) =>
        this.#store(parts.tasks.find(run), argsJson, options)
      bindTask(run, { owner: this, enqueue })
    }
  }

  async enqueue(
    nameOrTask: string | TaskFunction,
    args: readonly unknown[],
    options: EnqueueOptions = {},
  ): Promise<JobHandle> {
    const task = this.#parts.tasks.find(nameOrTask)
    checkEnqueueOptions(options, 'engine.enqueue()')
    return this.#store(task, argsTextOf(task, args), { ...options })
  }

  enqueueIn(
    db: SqliteHandle,
    nameOrTask: string | TaskFunction,
    args: readonly unknown[],
    options: EnqueueOptions = {},
  ): void {
    this.#calls.refuseLate()
    const { tasks, outboxes } = this.#parts
    const task = tasks.find(nameOrTask)
    checkEnqueueOptions(options, 'enqueueIn()')
    if (outboxes === null) {
      throw new UsageError(
        'E_OUTBOX',
        'enqueueIn: the engine has no outbox',
        "write createEngine({ outbox: './app.db' })",
      )
    }
    outboxes.enqueueIn(db, task, argsTextOf(task, args), options)
  }

  #store(task: LoadedTask, argsJson: string, options: EnqueueOptions): Promise<JobHandle> {
    const send = async (trace: string | null) => {
      const refused = await checkArgs(task, argsJson)
      if (refused !== null) throw new UsageError('E_ARGUMENTS', `${task.name}: ${refused}`)
      const { store, clock } = this.#parts
      const job = { ...makeJob(task.name, task.defaults, argsJson, options, clock.now()), trace }
      return acceptedJob(await store.enqueue([job]), job)
    }
    return this.#calls.run(() => enqueueInSpan(task, options, send))
  }

  get faults(): readonly TaskFault[] {
    return this.#parts.tasks.catalog.faults
  }

  job(id: JobId): Promise<JobRecord | null> {
    return this.#calls.run(async () => {
      const known = jobIdOf(id)
      const job = known === null ? null : await this.#parts.store.job(known)
      return job === null ? null : ((await this.#records([job]))[0] ?? null)
    })
  }

  jobs(filter: JobsFilter = {}): Promise<readonly JobRecord[]> {
    return this.#calls.run(async () => {
      const { filter: checked, limit } = parseJobsFilter(filter)
      const { items } = await this.#parts.store.jobs(checked, { limit, after: null })
      return this.#records(items)
    })
  }

  finished(id: JobId, options: FinishedOptions = {}): Promise<JobRecord> {
    return this.#calls.run(async () => {
      const signal = signalOf(options)
      const known = jobIdOf(id)
      if (known === null) throw noJob(id)
      const signals = signal === null ? [this.#over.signal] : [signal, this.#over.signal]
      const { store, clock } = this.#parts
      const job = await finishedJob(store, clock, known, signals)
      const progress = await store.progress([known])
      return jobRecord(job, progress.get(known) ?? null)
    })
  }

  cancel(id: JobId): Promise<Exclude<CancelAnswer, 'changed'>> {
    return this.#calls.run(async () => {
      const known = jobIdOf(id)
      const [answer] = known === null ? [] : await this.#parts.store.cancel([known])
      return answer === undefined || answer === 'changed' ? 'unknown' : answer
    })
  }

  putSchedule(
    name: string,
    nameOrTask: string | TaskFunction,
    args: readonly unknown[],
    options: EngineScheduleOptions,
  ): Promise<'added' | 'changed' | 'unchanged'> {
    const put = async () => putSchedule(this.#parts, name, this.#parts.tasks.find(nameOrTask), args, options)
    return this.#calls.run(put)
  }

  schedule(name: string): Promise<ScheduleRecord | null> {
    return this.#calls.run(() => readSchedule(this.#parts, name))
  }

  removeSchedule(name: string): Promise<boolean> {
    return this.#calls.run(() => removeSchedule(this.#parts, name))
  }

  taskName(task: TaskFunction): string {
    return this.#parts.tasks.find(task).name
  }

  monitor(): Promise<EngineMonitor> {
    return this.#calls.run(() => readMonitor(this.#parts))
  }

  async startWorker(options: EngineWorkerOptions = {}): Promise<EngineWorker> {
    if (this.#closing !== null) throw storeClosed('of this engine')
    const forget = () => void this.#workers.delete(starting)
    const starting = outsideContext(() => startWorker(this.#parts, options, forget))
    this.#workers.add(starting)
    starting.catch(forget)
    return starting
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** The jobs of its workers may enqueue others until they have ended. Throws the first error, when all is closed. */
  async #close(): Promise<void> {
    const { store, tasks, outboxes } = this.#parts
    const errors: unknown[] = []
    const attempt = async (step: () => Promise<void> | undefined) => {
      try {
        await step()
      } catch (thrown) {
        errors.push(thrown)
      }
    }
    const stop = (starting: Promise<EngineWorker>) =>
      starting.then(
        (worker) => attempt(() => worker.stop()),
        () => {}, // whoever started it handles it
      )
    await Promise.all([...this.#workers].map(stop))
    for (const { run } of tasks.all) unbindTask(run, this)
    this.#over.abort(storeClosed('of this engine'))
    await this.#calls.end()
    await attempt(() => outboxes?.close())
    await attempt(() => store.close())
    if (errors.length > 0) throw errors[0]
  }

  async #records(jobs: readonly Job[]): Promise<readonly JobRecord[]> {
    const progress = await this.#parts.store.progress(jobs.map(({ id }) => id))
    return jobs.map((job) => jobRecord(job, progress.get(job.id) ?? null))
  }
}

function argsTextOf(task: LoadedTask, args: readonly unknown[]): string {
  if (Array.isArray(args)) return argsText(args)
  const hint = 'write them as a list: engine.enqueue(task, [first, second])'
  throw new UsageError('E_ARGUMENTS', `${task.name}: the arguments are ${written(args)}`, hint)
}

/** null: no job has this id, whatever the store holds. It may come from a URL, and so be any text. */
function jobIdOf(id: unknown): JobId | null {
  if (typeof id === 'string') return parseJobId(id)
  throw new UsageError('E_JOB_ID', `${written(id)} is no job id`, 'an id looks like j42')
}
