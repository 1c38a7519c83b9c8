import { type Context, withStore } from '../../app/context.js'
import { type EnqueuedSummary, summarise } from '../../app/run/enqueue-batches.js'
import { enqueueInSpans } from '../../app/run/enqueue-in-spans.js'
import { findTasks } from '../../app/run/prepare-jobs.js'
import { prepareSuite, runSuite, type SuiteRequest } from '../../app/run/run-suite.js'
import type { NewJob } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import type { SuiteJson } from '../../views/suite.js'
import { exitCodes } from '../exit-codes.js'
import { sayText } from '../say.js'
import { type CommandTasks, withTask } from '../with-tasks.js'
import { sayToGitHub } from './github-errors.js'
import { sayMissingArguments } from './missing-arguments.js'
import { runReporter } from './run-reporter.js'
import { type JunitFile, writeReport } from './suite-report.js'
import { endedText } from './suite-text.js'

interface SuiteEnd {
  readonly suite: SuiteJson
  readonly exitCode: number
}

/** Enqueues one job a task. */
export function enqueueSuite(context: Context, request: SuiteRequest): Promise<EnqueuedSummary> {
  return withJobs(context, request, async (jobs, store) =>
    summarise(await enqueueInSpans(jobs, (all) => store.enqueue(all))),
  )
}

/**
 * Runs one job a task here, and says of each how it ended. `junit` is the file of the report; null for none. Throws
 * UsageError before anything runs.
 */
export function runSuiteHere(context: Context, request: SuiteRequest, junit: JunitFile | null): Promise<SuiteEnd> {
  return withJobs(context, request, async (jobs, store, tasks) => {
    const interruption = tasks.takeSignals(exitCodes.interrupted)
    const showRun = runReporter(context, true)
    const root = context.project?.root ?? context.from
    let isReported = true
    try {
      const { suite, interrupted } = await runSuite(store, tasks, context, jobs, interruption, async (event) => {
        if (event.kind === 'ended') sayText(endedText(event.job))
        else if (event.kind === 'suite-ended') {
          const facts = { name: request.tasks, startedAt: event.startedAt, root, tasks: tasks.catalog.tasks }
          if (junit !== null) isReported = await writeReport(junit, store, event.suite, facts)
        } else showRun(event)
      })
      sayToGitHub(suite.items, tasks.catalog, interrupted)
      const exitCode = suite.failed === 0 && isReported ? exitCodes.done : exitCodes.failed
      return { suite, exitCode: interrupted ? interruption.exitCode : exitCode }
    } finally {
      interruption.release()
    }
  })
}

/** Prepares the jobs with the tasks that they need, and opens the store for them. */
function withJobs<T>(
  context: Context,
  request: SuiteRequest,
  use: (jobs: readonly NewJob[], store: Store, tasks: CommandTasks) => Promise<T>,
): Promise<T> {
  return withTask(context, request.tasks, async (tasks) => {
    const jobs = await prepareSuite(tasks, request)
    sayMissingArguments(findTasks(tasks.catalog, request.tasks), request.argsJson)
    return withStore(context, (store) => use(jobs, store, tasks))
  })
}
