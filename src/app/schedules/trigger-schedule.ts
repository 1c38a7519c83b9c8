import { ProjectError } from '../../domain/errors.js'
import type { NewJob } from '../../domain/job.js'
import { makeJob } from '../../domain/request.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { systemClock } from '../../engine/clock.js'
import type { Enqueued, Store } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import { findJob } from '../jobs/find-job.js'
import type { ProjectTasks } from '../project-tasks.js'
import { enqueueInSpans } from '../run/enqueue-in-spans.js'
import { findTask, prepareJobs } from '../run/prepare-jobs.js'
import { findSchedule, noSchedule } from './find-schedule.js'

type SoundSchedule = StoredSchedule & { readonly plan: NonNullable<StoredSchedule['plan']> }

/** The schedule of that name, if it can fire. Throws NotFoundError, and ProjectError if it is faulty. */
export async function findSound(store: Store, name: string): Promise<SoundSchedule> {
  const schedule = await findSchedule(store, name)
  const { source, plan, fault } = schedule
  if (plan !== null) return { ...schedule, plan }
  const hint = source === 'cli' ? 'add it anew, or remove it' : `mend it in the ${source}, then: offstage schedule sync`
  throw new ProjectError('E_SCHEDULE', `the schedule ${name} is faulty: ${fault}`, hint)
}

/**
 * Fires a schedule now, whatever its times are. Resolves to its job. Throws NotFoundError if it was removed meanwhile.
 */
export async function triggerSchedule(
  store: Store,
  { pool, catalog }: ProjectTasks,
  { name, task, plan }: SoundSchedule,
  redact: readonly string[],
): Promise<JobJson> {
  const { argsJson, options, taskDefaults } = plan.definition
  const now = systemClock.now()
  const isKnown = catalog.tasks.some((known) => known.name === task)
  // A scheduler fires the slots of a task of another project, or of a later version, too: a worker may have it.
  const [job] = isKnown
    ? await prepareJobs(pool, [findTask(catalog, task)], argsJson, options, now)
    : [makeJob(task, taskDefaults, argsJson, options, now)]
  if (job === undefined) throw new Error('no job was made')
  const [fired] = await enqueueInSpans([job], ([traced = job]) => fire(store, name, traced))
  if (fired === undefined) throw noSchedule(name, [])
  return findJob(store, fired.id, redact, now)
}

/** Nothing if the schedule is gone. */
async function fire(store: Store, name: string, job: NewJob): Promise<readonly Enqueued[]> {
  const record = await store.triggerSchedule({ name, job })
  return record === null || record.job === null ? [] : [{ id: record.job, answer: 'created' }]
}
