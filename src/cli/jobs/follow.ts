import { jobIdOf } from '../../app/jobs/find-job.js'
import type { Store } from '../../stores/store.js'
import { exitCodeOfJob, exitCodes } from '../exit-codes.js'
import { takeSignals } from '../signals.js'

/**
 * Shows how a job goes on until it has ended, and sets the exit code as `run` does. A signal stops the following only, and
 * becomes the exit code.
 */
export async function follow(store: Store, job: string): Promise<void> {
  const { showProgress } = await import('./show-progress.js')
  const interruption = takeSignals(exitCodes.interrupted)
  const { state, reason } = await showProgress(store, jobIdOf(job), interruption.graceful)
  interruption.release()
  process.exitCode = interruption.graceful.aborted ? exitCodes.interrupted : exitCodeOfJob({ state, reason })
}
