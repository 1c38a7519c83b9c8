import { inspect } from 'node:util'
import type { Clock } from '../../domain/clock.js'
import { errorNamed, KeyTakenError, UsageError } from '../../domain/errors.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { jobOfCaller } from '../current-job.js'
import { unpackOrder } from '../packing.js'
import type { CheckRequest, EnqueueAnswer, ToTaskProcess, Verdict } from '../protocol.js'
import type { JobHandle } from '../task.js'
import { acceptArgs, type LoadedTasks } from './loaded-task.js'
import { OrphanWatch } from './orphan-watch.js'
import { Outbox } from './outbox.js'
import { captureOutput } from './output.js'
import { RunningJobs } from './running-jobs.js'

/** Sends a job that a task enqueues to the worker; it is safe when the promise resolves. */
export type EnqueueFromTask = (task: string, argsJson: string, options: EnqueueOptions) => Promise<JobHandle>

/** How the task modules are loaded: with a way to enqueue, and told of each file before it runs. */
export type LoadTasks = (enqueue: EnqueueFromTask, loading: (file: string) => void) => Promise<LoadedTasks>

/** The main program of a task process: loads the tasks, then runs what the worker hands over until it hangs up. */
export async function serveTasks(load: LoadTasks, clock: Clock): Promise<void> {
  const outbox = new Outbox()
  const enqueues = new Enqueues(outbox)
  const watch = new OrphanWatch()
  captureOutput(clock, (output) => outbox.output(output))
  // A job that ends its process must not take along what others before it have returned.
  process.on('exit', () => outbox.flush())
  // A worker that is gone leaves nobody to report to, and what tasks have started must not run beside their next attempt.
  process.on('disconnect', () => {
    process.on('exit', () => process.kill(-process.pid, 'SIGKILL'))
    process.exit()
  })
  // Ctrl-C at a terminal is the worker's to handle; so is the shutdown of a service.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

  let running: RunningJobs | null = null
  const survive = (thrown: unknown, what: string) => {
    if (running?.fail(thrown)) return
    const job = jobOfCaller()
    const culprit = job === undefined ? 'a task module' : `${job.task} (${job.id}), after its end`
    const text = `${what} of ${culprit}: ${inspect(thrown)}\n`
    outbox.output({ id: null, attempt: 0, stream: 'stderr', text, at: clock.now() })
    outbox.send({ type: 'spent' })
  }
  process.on('uncaughtException', (error) => survive(error, 'uncaught exception'))
  process.on('unhandledRejection', (reason) => survive(reason, 'unhandled rejection'))

  const loaded = await loadOrEnd(outbox, () =>
    load(
      (task, argsJson, options) => enqueues.ask(loaded, task, argsJson, options),
      (file) => outbox.send({ type: 'loading', file }),
    ),
  )
  running = new RunningJobs(loaded, outbox, clock)
  const jobs = running
  process.on('message', (message: ToTaskProcess) => {
    switch (message.type) {
      case 'jobs':
        watch.begin()
        jobs.add(message.jobs.map(unpackOrder), message.atOnce)
        return
      case 'recall':
        outbox.send({ type: 'returned', jobs: jobs.giveBack() })
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
        void checkAll(loaded, message.requests).then((verdicts) =>
          outbox.send({ type: 'checked', ask: message.ask, verdicts }),
        )
        return
    }
  })
  outbox.send({ type: 'loaded', catalog: loaded.catalog })
  watch.soon()
}

async function loadOrEnd(outbox: Outbox, load: () => Promise<LoadedTasks>): Promise<LoadedTasks> {
  try {
    return await load()
  } catch (thrown) {
    outbox.send({ type: 'not loaded', message: thrown instanceof Error ? thrown.message : String(thrown) })
    process.exit(1)
  }
}

async function checkAll(loaded: LoadedTasks, requests: readonly CheckRequest[]): Promise<Verdict[]> {
  return Promise.all(requests.map((request) => check(loaded, request.task, request.argsJson)))
}

async function check(loaded: LoadedTasks, name: string, argsJson: string): Promise<Verdict> {
  const task = loaded.tasks.get(name)
  if (task === undefined) return `no task ${name}`
  try {
    const accepted = await acceptArgs(task, argsJson)
    return 'refused' in accepted ? accepted.refused : null
  } catch (thrown) {
    return `the schema of ${name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}

/** Enqueues that wait for the worker's answer. */
class Enqueues {
  readonly #outbox: Outbox
  readonly #waiting = new Map<number, { resolve(handle: JobHandle): void; reject(error: Error): void }>()
  #asked = 0

  constructor(outbox: Outbox) {
    this.#outbox = outbox
  }

  async ask(loaded: LoadedTasks, task: string, argsJson: string, options: EnqueueOptions): Promise<JobHandle> {
    const refused = await check(loaded, task, argsJson)
    if (refused !== null) throw new UsageError('E_ARGUMENTS', `${task}: ${refused}`)
    const ask = ++this.#asked
    // A Date does not survive the crossing; a number does.
    const at = options.at instanceof Date ? { at: options.at.getTime() } : {}
    const answered = new Promise<JobHandle>((resolve, reject) => this.#waiting.set(ask, { resolve, reject }))
    this.#outbox.send({ type: 'enqueue', ask, request: { task, argsJson, options: { ...options, ...at } } })
    return answered
  }

  answer(ask: number, answer: EnqueueAnswer): void {
    const waiting = this.#waiting.get(ask)
    this.#waiting.delete(ask)
    if ('id' in answer) waiting?.resolve(answer)
    else if ('taken' in answer) waiting?.reject(new KeyTakenError(answer.taken.key, answer.taken.holder))
    else waiting?.reject(errorNamed(answer.name, answer.code, answer.message, answer.hint))
  }
}
