import { type Context, withStore } from '../../app/context.js'
import { wholeJob } from '../../app/jobs/find-job.js'
import { findTask } from '../../app/run/prepare-jobs.js'
import type { Enqueued } from '../../stores/store.js'
import { type JobJson, shownError } from '../../views/job.js'
import { exitCodeOfJob, exitCodes } from '../exit-codes.js'
import { errorText } from '../jobs/job-text.js'
import { safeJson } from '../sanitise.js'
import { sayText } from '../say.js'
import { withTask } from '../session.js'
import { type EachRequest, type EachSummary, enqueueBatches, readEach, summarise } from './each.js'
import { ForegroundRun, manyAtOnce } from './foreground.js'

/** Enqueues one job a line; `printed` gets the ids of each thousand as it is safe. */
export function enqueueEach(
  context: Context,
  task: string,
  request: EachRequest,
  printed: (ids: readonly string[]) => void,
): Promise<EachSummary> {
  return withTask(context, task, async ({ pool, catalog }) => {
    const jobs = await readEach(pool, findTask(catalog, task), request)
    return withStore(context, async (store) => {
      const all: Enqueued[] = []
      await enqueueBatches(
        (some) => store.enqueue(some),
        jobs,
        (answers) => {
          all.push(...answers)
          printed(answers.map(({ id }) => id))
        },
      )
      return summarise(all)
    })
  })
}

/** How a foreground `--each` ended. */
interface EachEnd {
  readonly items: readonly JobJson[]
  readonly exitCode: number
}

/** Runs one job a line here, ten at a time; `result` gets each line's result as JSON, in the order of the lines. */
export function runEachHere(
  context: Context,
  task: string,
  request: EachRequest,
  result: (json: string) => void,
): Promise<EachEnd> {
  return withTask(context, task, async ({ pool, catalog, takeSignals }) => {
    const jobs = await readEach(pool, findTask(catalog, task), request)
    return withStore(context, async (store) => {
      const interruption = takeSignals(exitCodes.interrupted)
      const run = await ForegroundRun.begin(store, pool, manyAtOnce, context, interruption, true)
      const items: JobJson[] = []
      let failed = 0
      try {
        const answers: Enqueued[] = []
        await enqueueBatches(
          // What a signal came before is not begun.
          async (some) => (run.interrupted ? [] : run.enqueue(some)),
          jobs,
          (some) => answers.push(...some),
        )
        for (const { id } of answers) {
          const job = await run.finished(id)
          const json = await wholeJob(store, job, context.redact)
          items.push(json)
          result(safeJson(JSON.stringify(json.result)))
          if (exitCodeOfJob(job) !== exitCodes.done) failed++
          if (job.error !== null && job.state === 'failed')
            sayText(`${id} failed: ${errorText(shownError(job, job.error, context.redact))}`)
        }
      } finally {
        await run.end()
        interruption.release()
      }
      const exitCode = failed > 0 ? exitCodes.failed : exitCodes.done
      return { items, exitCode: run.interrupted ? interruption.exitCode : exitCode }
    })
  })
}
