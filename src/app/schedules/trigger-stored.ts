import { ProjectError } from '../../domain/errors.js'
import type { NewJob } from '../../domain/job.js'
import { makeJob } from '../../domain/request.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { systemClock } from '../../engine/clock.js'
import type { Enqueued, Store } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import { findJob } from '../jobs/find-job.js'
import { enqueueInSpans } from '../run/enqueue-in-spans.js'
import { findSchedule, noSchedule } from './find-schedule.js'

export type SoundSchedule = StoredSchedule & { readonly plan: NonNullable<StoredSchedule['plan']> }

/** The schedule of that name, if it can fire. Throws NotFoundError, and ProjectError if it is faulty. */
export async function findSound(store: Store, name: string): Promise<SoundSchedule> {
  const schedule = await findSchedule(store, name)
  const { source, plan, fault } = schedule
  if (plan !== null) return { ...schedule, plan }
  const hint = source === 'cli' ? 'add it anew, or remove it' : `mend it in the ${source}, then: offstage schedule sync`
  throw new ProjectError('E_SCHEDULE', `the schedule ${name} is faulty: ${fault}`, hint)
}

/** Fires a schedule now by what is stored of it, as a scheduler fires a slot. Throws as `findSound` and `fireJob` do. */
export async function triggerStored(store: Store, name: string, redact: readonly string[]): Promise<JobJson> {
  return fireJob(store, name, storedJob(await findSound(store, name)), redact)
}

/** The job of a schedule, without a look at the code of its task. */
export function storedJob({ task, plan }: SoundSchedule): NewJob {
  const { taskDefaults, argsJson, options } = plan.definition
  return makeJob(task, taskDefaults, argsJson, options, systemClock.now())
}

/** Enqueues a job of a schedule now, whatever its times are. Throws NotFoundError if the schedule was removed meanwhile. */
export async function fireJob(store: Store, name: string, job: NewJob, redact: readonly string[]): Promise<JobJson> {
  const [fired] = await enqueueInSpans([job], ([traced = job]) => fire(store, name, traced))
  if (fired === undefined) throw noSchedule(name, [])
  return findJob(store, fired.id, redact, systemClock.now())
}

/** Nothing if the schedule is gone. */
async function fire(store: Store, name: string, job: NewJob): Promise<readonly Enqueued[]> {
  const record = await store.triggerSchedule({ name, job })
  return record === null || record.job === null ? [] : [{ id: record.job, answer: 'created' }]
}
