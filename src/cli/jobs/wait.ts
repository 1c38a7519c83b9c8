import { type Context, withReader } from '../../app/context.js'
import { wholeJob } from '../../app/jobs/find-job.js'
import { waitForJobs } from '../../app/jobs/wait-jobs.js'
import { obstaclesOf } from '../../app/run/obstacles.js'
import type { Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import { type JobJson, shownError } from '../../views/job.js'
import { exitCodeOfJob, exitCodes } from '../exit-codes.js'
import { obstacleLine } from '../obstacle-text.js'
import { say, sayError } from '../say.js'
import { lateSignals, takeSignals } from '../signals.js'
import { errorLine, stateText } from './job-text.js'

/**
 * Waits until these jobs have ended, and says of each how. Sets the exit code: that of the first that did not complete.
 * Throws NotFoundError if one is unknown.
 */
export function waitFor(
  context: Context,
  ids: readonly JobId[],
  timeoutMs: number | null,
): Promise<readonly JobJson[]> {
  const interruption = takeSignals(exitCodes.interrupted)
  const late = lateSignals(timeoutMs)
  return withReader(context, async (store) => {
    for (const obstacle of await obstaclesOf(store, ids, systemClock.now())) say(obstacleLine(obstacle))
    const jobs = await waitForJobs(
      store,
      systemClock,
      ids,
      AbortSignal.any([interruption.graceful, ...late]),
      (job) => {
        say(endText(job, context.redact))
        return 'go on'
      },
    )
    interruption.release()
    const left = jobs.filter(({ state }) => !isFinal(state))
    if (left.length === 0) process.exitCode = jobs.map(exitCodeOfJob).find((code) => code !== 0) ?? exitCodes.done
    else if (interruption.graceful.aborted) process.exitCode = exitCodes.interrupted
    else {
      sayError(`not ended in time: ${left.map(({ id, state }) => `${id} (${state})`).join(', ')}`, null)
      process.exitCode = exitCodes.timedOut
    }
    return Promise.all(jobs.map((job) => wholeJob(store, job, context.redact)))
  })
}

/** How a job ended, in a line. */
export function endText(job: Job, redact: readonly string[]): string {
  const error = job.state === 'failed' ? shownError(job, job.error, redact) : null
  return `${job.id} ${stateText(job)}${error === null ? '' : `: ${errorLine(error)}`}`
}
