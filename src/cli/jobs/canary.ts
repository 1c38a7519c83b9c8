import { noJob } from '../../app/jobs/find-job.js'
import { findJobs } from '../../app/jobs/found-jobs.js'
import { waitForJobs } from '../../app/jobs/wait-jobs.js'
import { obstaclesToRetry } from '../../app/run/obstacles.js'
import type { Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { exitCodes } from '../exit-codes.js'
import { obstacleLine, obstacleText } from '../obstacle-text.js'
import { say, sayError } from '../say.js'
import { lateSignals, takeSignals } from '../signals.js'
import { actOnFound, actOnIds, type BulkItem, isWanted } from './bulk.js'
import type { BulkTarget } from './bulk-flags.js'
import { dryRunText, plural } from './bulk-text.js'
import { retrying } from './retry.js'
import { endText } from './wait.js'

/** How many jobs are tried first, and for how long at most; null: as long as it takes. */
export interface Canary {
  readonly count: number
  readonly timeoutMs: number | null
}

/**
 * Retries a few jobs, waits for them, and retries the others only if all of them complete. Says why it stops, and sets the
 * exit code.
 */
export async function retryWithCanary(
  store: Store,
  target: BulkTarget,
  canary: Canary,
  redact: readonly string[],
): Promise<readonly BulkItem[]> {
  const isNamed = target.kind === 'ids'
  const states = isNamed ? retrying.states : (target.filter.states ?? retrying.states)
  if (isNamed) await refuseUnknown(store, target.ids)
  const found = isNamed ? { ids: target.ids, states, task: null } : await findJobs(store, target.filter, states)
  if (!isNamed) {
    if (target.dryRun) {
      say(`${dryRunText('retry', found, 0)}, ${plural(Math.min(canary.count, found.ids.length))} first`)
      return found.ids.map((id) => ({ id, answer: 'would be retried' }))
    }
    if (!(await isWanted(retrying, found, target.yes))) return []
  }
  if (!(await canRun(store, found.ids.slice(0, canary.count)))) return []
  const act = (ids: readonly JobId[]) =>
    isNamed ? actOnIds(store, retrying, ids) : actOnFound(store, retrying, { ids, states })
  const rest = found.ids.slice(canary.count)
  const first = await act(found.ids.slice(0, canary.count))
  const tried = first.filter(({ answer }) => answer === 'retried').map(({ id }) => id)
  if (!(await haveCompleted(store, tried, canary, rest.length, redact))) return first
  return rest.length === 0 ? first : [...first, ...(await act(rest))]
}

/** Nothing is tried first if one of the jobs is not there. Throws NotFoundError. */
async function refuseUnknown(store: Store, ids: readonly JobId[]): Promise<void> {
  for (const id of ids) if ((await store.job(id)) === null) throw noJob(id)
}

/** Says what is in the way of the first jobs; false, with the exit code set, if no worker could run one of them. */
async function canRun(store: Store, ids: readonly JobId[]): Promise<boolean> {
  const obstacles = await obstaclesToRetry(store, ids, systemClock.now())
  const fatal = obstacles.find(({ kind }) => kind !== 'paused')
  if (fatal === undefined) {
    for (const obstacle of obstacles) say(obstacleLine(obstacle))
    return true
  }
  const { what, next } = obstacleText(fatal)
  sayError(`${what}: nothing was retried`, next)
  process.exitCode = exitCodes.failed
  return false
}

/** Waits for the first jobs; false, with the exit code set, if the others must not follow. */
async function haveCompleted(
  store: Store,
  ids: readonly JobId[],
  { timeoutMs }: Canary,
  left: number,
  redact: readonly string[],
): Promise<boolean> {
  const stop = (message: string, exitCode: number) => {
    sayError(
      message,
      left === 0 ? null : `${plural(left)} stay${left === 1 ? 's' : ''} as ${left === 1 ? 'it is' : 'they are'}`,
    )
    process.exitCode = exitCode
    return false
  }
  if (ids.length === 0) return stop('none of the first jobs could be retried', exitCodes.failed)
  const interruption = takeSignals(exitCodes.interrupted)
  const signals = lateSignals(timeoutMs)
  const hasFailed = (job: Job) => isFinal(job.state) && job.state !== 'completed'
  const judge = (job: Job) => {
    say(endText(job, redact))
    return hasFailed(job) ? 'enough' : 'go on'
  }
  const jobs = await waitForJobs(store, systemClock, ids, AbortSignal.any([interruption.graceful, ...signals]), judge)
  interruption.release()
  if (jobs.some(hasFailed)) return stop('one of the first jobs did not complete', exitCodes.failed)
  if (jobs.every(({ state }) => state === 'completed')) return true
  if (interruption.graceful.aborted) return stop('interrupted: the first jobs go on', exitCodes.interrupted)
  return stop('the first jobs have not ended in time: they go on', exitCodes.timedOut)
}
