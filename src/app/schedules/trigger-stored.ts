import { ProjectError } from '../../domain/errors.js'
import { makeJob } from '../../domain/request.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import { findJob } from '../jobs/find-job.js'
import { findSchedule, noSchedule } from './find-schedule.js'

/**
 * Fires a schedule now by what is stored of it, as a scheduler fires a slot: no code of its task is loaded. Resolves to
 * its job. Throws NotFoundError, and ProjectError if the schedule is faulty.
 */
export async function triggerStored(store: Store, name: string, redact: readonly string[]): Promise<JobJson> {
  const { task, plan, fault } = await findSchedule(store, name)
  if (plan === null) throw new ProjectError('E_SCHEDULE', `the schedule ${name} is faulty: ${fault}`)
  const { definition } = plan
  const now = systemClock.now()
  const job = makeJob(task, definition.taskDefaults, definition.argsJson, definition.options, now)
  const record = await store.triggerSchedule({ name, job })
  if (record === null || record.job === null) throw noSchedule(name, [])
  return findJob(store, record.job, redact, now)
}
