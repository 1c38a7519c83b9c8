import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import type { ProjectTasks } from '../project-tasks.js'
import { findTask, prepareJobs } from '../run/prepare-jobs.js'
import { fireJob, type SoundSchedule, storedJob } from './trigger-stored.js'

/**
 * Fires a schedule now, with its arguments checked by the code of its task. Resolves to its job. Throws NotFoundError if
 * it was removed meanwhile.
 */
export async function triggerSchedule(
  store: Store,
  { pool, catalog }: ProjectTasks,
  schedule: SoundSchedule,
  redact: readonly string[],
): Promise<JobJson> {
  const { name, task, plan } = schedule
  const { argsJson, options } = plan.definition
  const isKnown = catalog.tasks.some((known) => known.name === task)
  // A scheduler fires the slots of a task of another project, or of a later version, too: a worker may have it.
  const [job] = isKnown
    ? await prepareJobs(pool, [findTask(catalog, task)], argsJson, options, systemClock.now())
    : [storedJob(schedule)]
  if (job === undefined) throw new Error('no job was made')
  return fireJob(store, name, job, redact)
}
