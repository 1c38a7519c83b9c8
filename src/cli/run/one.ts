import { type Context, withStore } from '../../app/context.js'
import { enqueueJob, prepareJob, storedJob } from '../../app/run/enqueue-job.js'
import type { JobRequest } from '../../app/run/job-request.js'
import { findTask } from '../../app/run/prepare-jobs.js'
import { type RunEnd, runJob } from '../../app/run/run-job.js'
import type { JobId, NewJob } from '../../domain/job.js'
import type { OuterStreams } from '../../engine/hosts/command.js'
import type { StdinSource } from '../../engine/hosts/command-stdin.js'
import type { Store } from '../../stores/store.js'
import { exitCodes } from '../exit-codes.js'
import { say } from '../say.js'
import { type CommandTasks, withCommands, withTask, withTaskInline } from '../with-tasks.js'
import { followToEnd } from './follow-to-end.js'
import { sayToGitHub } from './github-errors.js'
import { sayMissingArguments } from './missing-arguments.js'
import { withOwnStdin } from './own-stdin.js'
import { runReporter } from './run-reporter.js'

/** One job of `run`, and where it runs. */
export interface RunRequest extends JobRequest {
  /** In this very process. */
  readonly inline: boolean
  /** The streams of a command that runs here; null for a task, whose output is shown on stderr. */
  readonly outer: OuterStreams | null
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
  return withJob(context, request, async (prepared, store, tasks) => {
    const job = { ...prepared, lostWithWorker: stdin !== 'nothing' }
    const interruption = tasks.takeSignals(exitCodes.interrupted)
    try {
      const end = await runJob(store, tasks, context, job, interruption, runReporter(context, request.outer === null))
      if (end.duplicate) sayDuplicate(end.job.id, job)
      else annotate(end, tasks)
      return end
    } finally {
      interruption.release()
    }
  })
}

/** Only enqueues. */
export function enqueueOne(context: Context, request: RunRequest): Promise<RunEnd> {
  return withJob(context, request, async (job, store) => {
    const { id, duplicate } = await enqueueJob(store, job)
    if (duplicate) sayDuplicate(id, job)
    return { ...(await storedJob(store, id, context.redact)), duplicate, interrupted: false }
  })
}

/**
 * Enqueues for the workers, and follows the job to its end. If an older job has the key, follows that one. A signal
 * ends the following, not the job.
 */
export function enqueueAndWait(context: Context, request: RunRequest): Promise<RunEnd> {
  return withJob(context, request, async (job, store, tasks) => {
    const { id, duplicate } = await enqueueJob(store, job)
    if (duplicate) sayDuplicate(id, job)
    else say(`${id} enqueued`)
    const end = { ...(await followToEnd(store, tasks, id, context.redact)), duplicate }
    annotate(end, tasks)
    return end
  })
}

/** Prepares the job with the tasks that it needs, and opens the store for it. */
function withJob(
  context: Context,
  request: RunRequest,
  use: (job: NewJob, store: Store, tasks: CommandTasks) => Promise<RunEnd>,
): Promise<RunEnd> {
  const { task, inline, outer } = request
  const prepare = async (tasks: CommandTasks) => {
    const job = await prepareJob(tasks, request)
    sayMissingArguments([findTask(tasks.catalog, task)], request.argsJson)
    return withStore(context, (store) => use(job, store, tasks))
  }
  if (outer !== null) return withCommands(context, outer, prepare)
  return inline ? withTaskInline(context, task, prepare) : withTask(context, task, prepare)
}

function annotate({ job, interrupted }: RunEnd, { catalog }: CommandTasks): void {
  sayToGitHub([job], { tasks: catalog.tasks, faults: [] }, interrupted)
}

function sayDuplicate(id: JobId, { key }: NewJob): void {
  say(`nothing was added: ${id} has the key ${key?.name ?? ''}`)
}
