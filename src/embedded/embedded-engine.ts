import { acceptedJob } from '../app/run/enqueue-job.js'
import { UsageError } from '../domain/errors.js'
import { type Job, type JobId, parseJobId } from '../domain/job.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { checkEnqueueOptions, type EnqueueOptions, makeJob } from '../domain/request.js'
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
  JobRecord,
  JobsFilter,
  TaskFault,
  TaskFunction,
  TaskFunctions,
} from './engine.js'
import { readMonitor } from './engine-monitor.js'
import type { EngineParts } from './engine-parts.js'
import { putSchedule, removeSchedule } from './engine-schedules.js'
import { jobRecord } from './job-record.js'
import type { SqliteHandle } from './outbox-handle.js'
import { startWorker } from './start-worker.js'

/** An engine inside a program: nothing of it is shared with other engines. */
export class EmbeddedEngine<Tasks extends TaskFunctions> implements Engine<Tasks> {
  readonly #parts: EngineParts
  readonly #workers = new Set<EngineWorker>()
  #closing: Promise<void> | null = null

  constructor(parts: EngineParts) {
    this.#parts = parts
    for (const task of parts.tasks.all) {
      bindTask(task.run, { owner: this, enqueue: (argsJson, options) => this.#store(task, argsJson, options) })
    }
  }

  async enqueue(
    nameOrTask: string | TaskFunction,
    args: readonly unknown[],
    options: EnqueueOptions = {},
  ): Promise<JobHandle> {
    const task = this.#parts.tasks.find(nameOrTask)
    checkEnqueueOptions(options)
    return this.#store(task, argsTextOf(task, args), { ...options })
  }

  enqueueIn(
    db: SqliteHandle,
    nameOrTask: string | TaskFunction,
    args: readonly unknown[],
    options: EnqueueOptions = {},
  ): void {
    if (this.#closing !== null) throw storeClosed('of this engine')
    const { tasks, outboxes } = this.#parts
    const task = tasks.find(nameOrTask)
    checkEnqueueOptions(options)
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
    return enqueueInSpan(task, options, async (trace) => {
      const refused = await checkArgs(task, argsJson)
      if (refused !== null) throw new UsageError('E_ARGUMENTS', `${task.name}: ${refused}`)
      const { store, clock } = this.#parts
      const job = { ...makeJob(task.name, task.defaults, argsJson, options, clock.now()), trace }
      return acceptedJob(await store.enqueue([job]), job)
    })
  }

  get faults(): readonly TaskFault[] {
    return this.#parts.tasks.catalog.faults
  }

  async job(id: JobId): Promise<JobRecord | null> {
    const known = jobIdOf(id)
    const job = known === null ? null : await this.#parts.store.job(known)
    return job === null ? null : ((await this.#records([job]))[0] ?? null)
  }

  async jobs(filter: JobsFilter = {}): Promise<readonly JobRecord[]> {
    refuseUnknownOptions(filter, ['task', 'queue', 'states', 'limit'], 'jobs()')
    const { limit = 50, ...rest } = filter
    const { items } = await this.#parts.store.jobs(rest, { limit, after: null })
    return this.#records(items)
  }

  async cancel(id: JobId): Promise<CancelAnswer> {
    const known = jobIdOf(id)
    const [answer] = known === null ? [] : await this.#parts.store.cancel([known])
    return answer ?? 'unknown'
  }

  async putSchedule(
    name: string,
    nameOrTask: string | TaskFunction,
    args: readonly unknown[],
    options: EngineScheduleOptions,
  ): Promise<'added' | 'changed' | 'unchanged'> {
    return putSchedule(this.#parts, name, this.#parts.tasks.find(nameOrTask), args, options)
  }

  async removeSchedule(name: string): Promise<boolean> {
    return removeSchedule(this.#parts, name)
  }

  async monitor(): Promise<EngineMonitor> {
    return readMonitor(this.#parts)
  }

  async startWorker(options: EngineWorkerOptions = {}): Promise<EngineWorker> {
    const worker = await startWorker(this.#parts, options)
    this.#workers.add(worker)
    return worker
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { store, tasks, outboxes } = this.#parts
    for (const { run } of tasks.all) unbindTask(run, this)
    await Promise.all([outboxes?.close(), ...[...this.#workers].map((worker) => worker.stop())])
    await store.close()
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
