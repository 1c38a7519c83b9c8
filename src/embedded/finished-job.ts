import { waitForJobs } from '../app/jobs/wait-jobs.js'
import type { Clock } from '../domain/clock.js'
import { UsageError } from '../domain/errors.js'
import type { Job, JobId } from '../domain/job.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { isFinal } from '../domain/transitions.js'
import type { Store } from '../stores/store.js'
import type { FinishedOptions } from './engine.js'

/** The signal of a caller that waits. Throws UsageError. */
export function signalOf(options: FinishedOptions): AbortSignal | null {
  refuseUnknownOptions(options, ['signal'], 'finished()')
  const { signal } = options
  if (signal === undefined) return null
  if (signal instanceof AbortSignal) return signal
  throw new UsageError('E_OPTION', 'signal: it is no AbortSignal', 'AbortSignal.timeout(5_000) makes one')
}

/** Waits until a job has ended. Throws NotFoundError, or the reason of the signal that fired before. */
export async function finishedJob(
  store: Pick<Store, 'changes' | 'job' | 'attempts'>,
  clock: Pick<Clock, 'now'>,
  id: JobId,
  signals: readonly AbortSignal[],
): Promise<Job> {
  const signal = AbortSignal.any([...signals])
  const [job] = await waitForJobs(store, clock, [id], signal)
  if (job !== undefined && isFinal(job.state)) return job
  throw signal.reason
}
