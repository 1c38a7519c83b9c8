import { type Context, withStore } from '../../app/context.js'
import { findTasks, prepareJobs } from '../../app/run/prepare-jobs.js'
import type { NewJob } from '../../domain/job.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { type JobJson, jobToJson } from '../../views/job.js'
import { type SuiteJson, suiteToJson } from '../../views/suite.js'
import { exitCodes } from '../exit-codes.js'
import { sayText } from '../say.js'
import { type Session, withTask } from '../session.js'
import { type EachSummary, summarise } from './each.js'
import { ForegroundRun, manyAtOnce } from './foreground.js'
import { suiteReport } from './suite-report.js'
import { endedText } from './suite-text.js'

/** Tasks that run together, one job each. */
export interface SuiteRequest {
  /** A glob, or the name of one task. */
  readonly tasks: string
  readonly argsJson: string
  readonly options: EnqueueOptions
  /** The file of the report; null for none. */
  readonly junit: string | null
}

export interface SuiteEnd {
  readonly suite: SuiteJson
  readonly exitCode: number
}

/** Enqueues one job a task. */
export function enqueueSuite(context: Context, request: SuiteRequest): Promise<EachSummary> {
  return withJobs(context, request, async (jobs, store) => summarise(await store.enqueue(jobs)))
}

/** Runs one job a task here, ten at a time, and says of each how it ended. Throws UsageError before anything runs. */
export function runSuite(context: Context, request: SuiteRequest): Promise<SuiteEnd> {
  const report = suiteReport(request.junit)
  return withJobs(context, request, async (jobs, store, session) => {
    const startedAt = systemClock.now()
    const begun = systemClock.monotonicMs()
    const interruption = session.takeSignals(exitCodes.interrupted)
    const run = await ForegroundRun.begin(store, session.pool, manyAtOnce, context, interruption, true)
    try {
      const items = await runAll(run, jobs, store, context)
      const suite = suiteToJson(items, session.catalog.faults, Math.round(systemClock.monotonicMs() - begun))
      // Before the signals have their usual meaning again: what is written of an interrupted run is wanted most.
      const written = report(suite, { name: request.tasks, startedAt, root: context.project?.root ?? context.from })
      const exitCode = suite.failed === 0 && written ? exitCodes.done : exitCodes.failed
      return { suite, exitCode: run.interrupted ? interruption.exitCode : exitCode }
    } finally {
      await run.end()
      interruption.release()
    }
  })
}

/** The jobs when all have ended, in the order in which they were given. */
async function runAll(
  run: ForegroundRun,
  jobs: readonly NewJob[],
  store: Store,
  { redact }: Context,
): Promise<readonly JobJson[]> {
  const answers = await run.enqueue(jobs)
  const ending = answers.map(async ({ id }) => {
    const job = await run.finished(id)
    const json = jobToJson(job, await store.attempts(id), redact)
    sayText(endedText(json))
    return json
  })
  return Promise.all(ending)
}

/** Makes the jobs with the help of the task process, and opens the store for them. */
function withJobs<T>(
  context: Context,
  { tasks, argsJson, options }: SuiteRequest,
  use: (jobs: readonly NewJob[], store: Store, session: Session) => Promise<T>,
): Promise<T> {
  return withTask(context, tasks, async (session) => {
    const found = findTasks(session.catalog, tasks)
    const jobs = await prepareJobs(session.pool, found, argsJson, options, systemClock.now())
    return withStore(context, (store) => use(jobs, store, session))
  })
}
