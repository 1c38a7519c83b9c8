import { type Context, withStore } from '../../app/context.js'
import { wholeJob } from '../../app/jobs/find-job.js'
import { followJob } from '../../app/jobs/follow-job.js'
import { findTask, prepareJobs } from '../../app/run/prepare-jobs.js'
import { KeyTakenError, NotFoundError } from '../../domain/errors.js'
import type { Job, JobId, NewJob } from '../../domain/job.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import type { OuterStreams } from '../../engine/hosts/command.js'
import type { StdinSource } from '../../engine/hosts/command-stdin.js'
import { shellTask } from '../../engine/shell-task.js'
import type { Enqueued, Store } from '../../stores/store.js'
import { type JobJson, shownError } from '../../views/job.js'
import { exitCodes } from '../exit-codes.js'
import { say } from '../say.js'
import { type Session, withoutTasks, withTask, withTaskInline } from '../session.js'
import { ForegroundRun } from './foreground.js'
import { withOwnStdin } from './own-stdin.js'

/** One job of `run`, as it was asked for. */
export interface RunRequest {
  readonly task: string
  readonly argsJson: string
  readonly options: EnqueueOptions
  /** In this very process. */
  readonly inline: boolean
  /** What a command has while it runs here; null for a task, whose output is shown on stderr. */
  readonly outer: OuterStreams | null
}

/** How one `run` ended. */
export interface RunEnd {
  readonly job: JobJson
  /** An older job with the same key stands for this one. */
  readonly duplicate: boolean
  readonly interrupted: boolean
}

/** Runs the job here and now, as a stored one. */
export function runHere(context: Context, request: RunRequest): Promise<RunEnd> {
  const { outer } = request
  if (outer === null) return runWith(context, request, 'nothing')
  return withOwnStdin(request.options.retries ?? 0, (stdin) =>
    runWith(context, { ...request, outer: { ...outer, stdin } }, stdin),
  )
}

function runWith(context: Context, request: RunRequest, stdin: StdinSource): Promise<RunEnd> {
  return withJob(context, request, async (made, store, session) => {
    const job = { ...made, lostWithWorker: stdin !== 'nothing' }
    const interruption = session.takeSignals(exitCodes.interrupted)
    const run = await ForegroundRun.begin(store, session.pool, 1, context, interruption, request.outer === null)
    try {
      const { id, answer } = accepted(await run.enqueue([job]), job)
      if (answer === 'existing') return await endOf(context, store, id, true)
      await run.finished(id)
      return { ...(await endOf(context, store, id, false)), interrupted: run.interrupted }
    } finally {
      await run.end()
      interruption.release()
    }
  })
}

/** Only enqueues. */
export function enqueueOne(context: Context, request: RunRequest): Promise<RunEnd> {
  return withJob(context, request, async (job, store) => {
    const { id, answer } = accepted(await store.enqueue([job]), job)
    return endOf(context, store, id, answer === 'existing')
  })
}

/**
 * Enqueues for the workers, and follows the job to its end: the older one where that has the key. A signal ends the
 * following, not the job.
 */
export function enqueueAndWait(context: Context, request: RunRequest): Promise<RunEnd> {
  return withJob(context, request, async (job, store, session) => {
    const { id, answer } = accepted(await store.enqueue([job]), job)
    const interruption = session.takeSignals(exitCodes.interrupted)
    if (answer !== 'existing') say(`${id} enqueued`)
    const followed = await store.job(id)
    if (followed !== null && !isFinal(followed.state)) await sayWhatHolds(store, followed.queue)
    const end = await followJob(store, id, interruption.first, (changed) => sayState(changed, context.redact))
    interruption.release()
    const interrupted = interruption.first.aborted
    if (interrupted) say(`${id} goes on; look at it with: offstage status ${id}`)
    return { job: await wholeJob(store, end, context.redact), duplicate: answer === 'existing', interrupted }
  })
}

/** What a job on this queue may wait for. */
async function sayWhatHolds(store: Store, queue: string): Promise<void> {
  if ((await store.workers()).length === 0) say('no worker is running; start one: offstage workers start')
  if ((await store.pausedQueues()).some(({ name }) => name === queue)) {
    say(`${queue} is paused; resume it: offstage queues resume ${queue}`)
  }
}

/** Makes the job with the help of the task process, and opens the store for it. */
function withJob(
  context: Context,
  { task, argsJson, options, inline, outer }: RunRequest,
  use: (job: NewJob, store: Store, session: Session) => Promise<RunEnd>,
): Promise<RunEnd> {
  const make = async (session: Session) => {
    const found = findTask(session.catalog, task)
    const [job] = await prepareJobs(session.pool, [found], argsJson, options, systemClock.now())
    if (job === undefined) throw new Error('no job was made')
    return withStore(context, (store) => use(job, store, session))
  }
  if (task === shellTask) return withoutTasks(context, make, outer)
  return inline ? withTaskInline(context, task, make) : withTask(context, task, make)
}

/** The answer to the one job; throws where its key forbids it. */
function accepted([enqueued]: readonly Enqueued[], job: NewJob): Enqueued {
  if (enqueued === undefined) throw new Error('the store answered nothing')
  const key = job.key?.name ?? ''
  if (enqueued.answer === 'refused') throw new KeyTakenError(key, enqueued.id)
  if (enqueued.answer === 'existing') say(`nothing was added: ${enqueued.id} has the key ${key}`)
  return enqueued
}

async function endOf(context: Context, store: Store, id: JobId, duplicate: boolean): Promise<RunEnd> {
  const job = await store.job(id)
  if (job === null) throw new NotFoundError('E_NO_JOB', `no job ${id}`)
  return { job: await wholeJob(store, job, context.redact), duplicate, interrupted: false }
}

function sayState(job: Job, redact: readonly string[]): void {
  if (job.state === 'running') say(`${job.id} runs, attempt ${job.attempt}`)
  if (job.state === 'scheduled' && job.attempt > 0) {
    say(`${job.id} waits for a retry: ${shownError(job, job.error, redact)?.message ?? ''}`)
  }
}
