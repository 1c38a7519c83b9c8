import type { Clock } from '../../domain/clock.js'
import { errorNamed, KeyTakenError, UsageError } from '../../domain/errors.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { jobOfCaller } from '../current-job.js'
import type { EnqueueAnswer, ToTaskProcess } from '../ipc/messages.js'
import { unpackAssignment } from '../ipc/packing.js'
import type { JobHandle } from '../task.js'
import { processTracing } from '../tracing.js'
import { takeChannel } from './channel.js'
import { checkAll, checkArgs, type LoadedTask, type LoadedTasks } from './loaded-task.js'
import { type BlameModule, ModuleErrors } from './module-errors.js'
import { refuseExit } from './module-exit.js'
import { OrphanWatch } from './orphan-watch.js'
import { Outbox } from './outbox.js'
import { captureOutput } from './output.js'
import { RunningJobs } from './running-jobs.js'
import { surviveErrors } from './survive-errors.js'
import { enqueueInSpan } from './traced-enqueue.js'

/** Sends a job that a task enqueues to the worker; it is safe when the promise resolves. */
export type EnqueueFromTask = (task: LoadedTask, argsJson: string, options: EnqueueOptions) => Promise<JobHandle>

/** Loads the task modules. It gets a way to enqueue, and reports each file before its top level runs. */
export type LoadTasks = (enqueue: EnqueueFromTask, loading: (file: string) => void) => Promise<LoadedTasks>

/** The main program of a task process: loads the tasks, then runs the worker's jobs until the worker disconnects. */
export async function serveTasks(
  load: LoadTasks,
  blame: BlameModule,
  redact: readonly string[],
  clock: Clock,
): Promise<void> {
  // A module that ends its process, as it loads or in a timer, would end each that follows, and no task would ever run.
  const isOutsideJobs = () => jobOfCaller() === undefined
  const { exit } = refuseExit(isOutsideJobs, 'outside of any job; a task module must not end its process')
  let running: RunningJobs | null = null
  const outbox = new Outbox(takeChannel(), clock)
  const enqueues = new Enqueues(outbox)
  const watch = new OrphanWatch()
  captureOutput(clock, true, (output) => outbox.output(output))
  // A job that ends its process must not lose the results of earlier jobs.
  process.on('exit', () => outbox.flush())
  // Without a worker nobody gets the results, and children of the jobs must not run beside the next attempt.
  process.on('disconnect', () => {
    process.on('exit', () => process.kill(-process.pid, 'SIGKILL'))
    const tracing = running?.isIdle === true ? processTracing() : null
    if (tracing === null) exit()
    else void tracing.flush(clock).then(() => exit())
  })
  // Ctrl-C at a terminal is the worker's to handle; so is the shutdown of a service.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

  const warn = (text: string) => outbox.output({ id: null, attempt: 0, stream: 'stderr', text, at: clock.now() })
  const moduleErrors = new ModuleErrors(blame, warn)
  surviveErrors({
    failJob: (thrown) => running?.fail(thrown) ?? false,
    fromEndedJob(text) {
      warn(text)
      outbox.send({ type: 'recycle' })
    },
    fromModule: (thrown) => moduleErrors.add(thrown),
  })

  const loaded = await loadOrEnd(outbox, exit, () =>
    load(
      (task, argsJson, options) => enqueues.send(task, argsJson, options),
      (file) => {
        moduleErrors.loads(file)
        outbox.send({ type: 'loading', file })
      },
    ),
  )
  // An unhandled rejection is known a turn later.
  await clock.sleep(0)
  const found = loaded.catalog
  const catalog = { ...found, faults: [...found.faults, ...moduleErrors.loaded()] }
  running = new RunningJobs(loaded, outbox, redact, clock)
  const jobs = running
  process.on('message', (message: ToTaskProcess) => {
    switch (message.type) {
      case 'jobs':
        watch.start()
        jobs.add(message.jobs.map(unpackAssignment), message.maxRunning)
        return
      case 'recall':
        outbox.returned(jobs.giveBack())
        return
      case 'stop':
        jobs.stop(message.id, message.attempt, message.reason)
        return
      case 'abandon':
        jobs.abandon(message.id, message.attempt)
        return
      case 'enqueued':
        enqueues.answer(message.ask, message.answer)
        return
      case 'check':
        void checkAll(loaded, message.requests, redact).then((verdicts) =>
          outbox.send({ type: 'checked', ask: message.ask, verdicts }),
        )
        return
    }
  })
  outbox.send({ type: 'loaded', catalog })
  watch.startSoon(clock)
}

async function loadOrEnd(
  outbox: Outbox,
  exit: (code: number) => never,
  load: () => Promise<LoadedTasks>,
): Promise<LoadedTasks> {
  try {
    return await load()
  } catch (thrown) {
    outbox.send({ type: 'not loaded', message: thrown instanceof Error ? thrown.message : String(thrown) })
    return exit(1)
  }
}

/** Enqueues that wait for the worker's answer. */
class Enqueues {
  readonly #outbox: Outbox
  readonly #waiting = new Map<number, { resolve(handle: JobHandle): void; reject(error: Error): void }>()
  #lastRequestId = 0

  constructor(outbox: Outbox) {
    this.#outbox = outbox
  }

  send(task: LoadedTask, argsJson: string, options: EnqueueOptions): Promise<JobHandle> {
    return enqueueInSpan(task, options, (trace) => this.#send(task, argsJson, options, trace))
  }

  async #send(task: LoadedTask, argsJson: string, options: EnqueueOptions, trace: string | null): Promise<JobHandle> {
    const { name, defaults } = task
    const refused = await checkArgs(task, argsJson)
    if (refused !== null) throw new UsageError('E_ARGUMENTS', `${name}: ${refused}`)
    const requestId = ++this.#lastRequestId
    // IPC does not preserve a Date.
    const at = options.at instanceof Date ? { at: options.at.getTime() } : {}
    const answered = new Promise<JobHandle>((resolve, reject) => this.#waiting.set(requestId, { resolve, reject }))
    const request = { task: name, defaults, argsJson, options: { ...options, ...at }, trace }
    this.#outbox.send({ type: 'enqueue', ask: requestId, request })
    return answered
  }

  answer(requestId: number, answer: EnqueueAnswer): void {
    const waiting = this.#waiting.get(requestId)
    this.#waiting.delete(requestId)
    try {
      waiting?.resolve(handleOf(answer))
    } catch (thrown) {
      waiting?.reject(thrown as Error)
    }
  }
}

/** The result of `enqueue()` for the worker's answer. Throws the error of the answer. */
export function handleOf(answer: EnqueueAnswer): JobHandle {
  if ('id' in answer) return answer
  if ('taken' in answer) throw new KeyTakenError(answer.taken.key, answer.taken.holder)
  throw errorNamed(answer.name, answer.code, answer.message, answer.hint)
}
