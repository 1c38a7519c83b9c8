import type { EpochMs, NewJob } from '../../domain/job.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { type JobJson, jobToJson } from '../../views/job.js'
import { type SuiteJson, suiteToJson } from '../../views/suite.js'
import type { Context } from '../context.js'
import type { ProjectTasks } from '../project-tasks.js'
import type { StopSignals } from '../stop-signals.js'
import { type ForegroundEvent, ForegroundWorker, manyAtOnce } from './foreground-worker.js'
import { findTasks, prepareJobs } from './prepare-jobs.js'

/** Tasks that run together, one job each. */
export interface SuiteRequest {
  /** A glob, or the name of one task. */
  readonly tasks: string
  readonly argsJson: string
  readonly options: EnqueueOptions
}

export type SuiteEvent =
  | ForegroundEvent
  | { readonly kind: 'ended'; readonly job: JobJson }
  /** All jobs have ended. What ran them ends after this event: a second signal cannot keep it from being handled. */
  | { readonly kind: 'suite-ended'; readonly suite: SuiteJson; readonly startedAt: EpochMs }

/** The jobs of a suite, complete and with their arguments checked. Throws UsageError. */
export function prepareSuite({ pool, catalog }: ProjectTasks, request: SuiteRequest): Promise<readonly NewJob[]> {
  const { tasks, argsJson, options } = request
  return prepareJobs(pool, findTasks(catalog, tasks), argsJson, options, systemClock.now())
}

/** Runs the jobs of a suite here, ten at a time. Resolves to how they ended, and whether a signal is why. */
export async function runSuite(
  store: Store,
  { pool, catalog }: ProjectTasks,
  context: Context,
  jobs: readonly NewJob[],
  signals: StopSignals,
  listener: (event: SuiteEvent) => void | Promise<void>,
): Promise<{ readonly suite: SuiteJson; readonly interrupted: boolean }> {
  const startedAt = systemClock.now()
  const startedMs = systemClock.monotonicMs()
  const worker = await ForegroundWorker.start(
    store,
    pool,
    manyAtOnce,
    context,
    signals,
    (event) => void listener(event),
  )
  try {
    const answers = await worker.enqueue(jobs)
    const ending = answers.map(async ({ id }) => {
      const job = jobToJson(await worker.finished(id), await store.attempts(id), context.redact)
      await listener({ kind: 'ended', job })
      return job
    })
    const items = await Promise.all(ending)
    const suite = suiteToJson(items, catalog.faults, Math.round(systemClock.monotonicMs() - startedMs))
    await listener({ kind: 'suite-ended', suite, startedAt })
    return { suite, interrupted: worker.interrupted }
  } finally {
    await worker.end()
  }
}
