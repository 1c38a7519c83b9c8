import { type Context, withStore } from '../../app/context.js'
import { jobsOfLines } from '../../app/run/each-jobs.js'
import { type EnqueuedSummary, enqueueBatches, summarise } from '../../app/run/enqueue-batches.js'
import { enqueueInSpans } from '../../app/run/enqueue-in-spans.js'
import type { EndedJob } from '../../app/run/enqueue-job.js'
import { findTask } from '../../app/run/prepare-jobs.js'
import { runEach } from '../../app/run/run-each.js'
import type { NewJob } from '../../domain/job.js'
import { resultOf } from '../../domain/json.js'
import type { EnqueueOptions } from '../../domain/request.js'
import type { Enqueued } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import { safeJson } from '../../views/sanitise.js'
import { exitCodeOfJob, exitCodes } from '../exit-codes.js'
import { errorTextAfterOutput, stateText } from '../jobs/job-text.js'
import { sayText } from '../say.js'
import { type CommandTasks, withTask } from '../with-tasks.js'
import { type EachInput, readEach } from './each-lines.js'
import { sayToGitHub } from './github-errors.js'
import type { Print } from './print.js'
import { runReporter } from './run-reporter.js'

/** What `--each` asks for: one job of a task for each line of its input. */
export interface EachRequest {
  readonly task: string
  readonly input: EachInput
  readonly options: EnqueueOptions
}

/** What `--each` has enqueued. */
interface EachEnqueued {
  readonly summary: EnqueuedSummary
  readonly exitCode: number
}

/**
 * Enqueues one job a line, and prints the ids of each thousand as soon as it is safe. A signal ends it after the thousand
 * under way: with `--json` too, whoever has asked gets the ids of what is stored.
 */
export function enqueueEach(context: Context, request: EachRequest, print: Print): Promise<EachEnqueued> {
  return withJobs(context, request, (jobs, tasks) =>
    withStore(context, async (store) => {
      const interruption = tasks.takeSignals(exitCodes.interrupted)
      const all: Enqueued[] = []
      try {
        for await (const answers of enqueueBatches((some) => enqueueInSpans(some, (all) => store.enqueue(all)), jobs)) {
          all.push(...answers)
          print(answers.map(({ id }) => id).join('\n'))
          if (interruption.graceful.aborted) break
        }
      } finally {
        interruption.release()
      }
      const isCut = interruption.graceful.aborted && all.length < jobs.length
      if (isCut) sayText(`interrupted: ${all.length} of ${jobs.length} lines are stored`)
      return { summary: summarise(all), exitCode: isCut ? interruption.exitCode : exitCodes.done }
    }),
  )
}

/** How a foreground `--each` ended. */
interface EachEnd {
  readonly items: readonly JobJson[]
  readonly exitCode: number
}

/** Runs one job a line here, and prints each line's result as JSON, in the order of the lines. */
export function runEachHere(context: Context, request: EachRequest, print: Print): Promise<EachEnd> {
  return withJobs(context, request, (jobs, tasks) =>
    withStore(context, async (store) => {
      const interruption = tasks.takeSignals(exitCodes.interrupted)
      const items: JobJson[] = []
      try {
        const listener = runReporter(context, true)
        for await (const end of runEach(store, tasks, context, jobs, interruption, listener)) {
          const { job } = end
          items.push(job)
          print(safeJson(JSON.stringify(lineOf(end))))
          if (job.error !== null && job.state === 'failed')
            sayText(`${job.id} failed: ${errorTextAfterOutput(job.error)}`)
        }
      } finally {
        interruption.release()
      }
      sayToGitHub(items, { tasks: tasks.catalog.tasks, faults: [] }, interruption.graceful.aborted)
      const allDone = items.every((job) => exitCodeOfJob(job) === exitCodes.done)
      const exitCode = allDone ? exitCodes.done : exitCodes.failed
      return { items, exitCode: interruption.graceful.aborted ? interruption.exitCode : exitCode }
    }),
  )
}

/** What stands for a line of the input: the result, or an object with the error in its place. */
function lineOf({ job, resultJson }: EndedJob): unknown {
  if (resultJson !== null) return resultOf(resultJson)
  return { error: job.error ?? { name: 'Error', message: stateText(job), stack: null } }
}

function withJobs<T>(
  context: Context,
  { task, input, options }: EachRequest,
  use: (jobs: readonly NewJob[], tasks: CommandTasks) => Promise<T>,
): Promise<T> {
  return withTask(context, task, async (tasks) => {
    const info = findTask(tasks.catalog, task)
    const lines = await readEach(tasks.pool, info, input)
    return use(jobsOfLines(info, lines, options), tasks)
  })
}
