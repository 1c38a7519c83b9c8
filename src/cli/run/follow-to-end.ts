import { endedJob } from '../../app/run/enqueue-job.js'
import type { RunEnd } from '../../app/run/run-job.js'
import type { JobId } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { exitCodes } from '../exit-codes.js'
import { showRun } from '../jobs/show-run.js'
import { say } from '../say.js'
import type { CommandTasks } from '../with-tasks.js'

/** Follows a job that workers run to its end. A signal ends the following, not the job. */
export async function followToEnd(
  store: Store,
  { takeSignals }: Pick<CommandTasks, 'takeSignals'>,
  id: JobId,
  redact: readonly string[],
): Promise<Omit<RunEnd, 'duplicate'>> {
  const interruption = takeSignals(exitCodes.interrupted)
  const end = await showRun(store, id, redact, interruption.graceful)
  interruption.release()
  const interrupted = interruption.graceful.aborted
  if (interrupted) say(`${id} goes on; look at it with: offstage status ${id}`)
  return { ...(await endedJob(store, end, redact)), interrupted }
}
