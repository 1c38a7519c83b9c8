import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { findJob } from '../../app/jobs/find-job.js'
import { findTask, prepareJobs } from '../../app/run/prepare-jobs.js'
import { ProjectError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import type { JobJson } from '../../views/job.js'
import { withTask } from '../session.js'
import { findSchedule, noSchedule } from './find.js'

/** Fires a schedule now, whatever its times are. Throws NotFoundError. */
export function triggerSchedule(context: Context, name: string): Promise<JobJson> {
  refuseMemory(context, 'schedule trigger')
  return withStore(context, async (store) => {
    const { task, source, plan, fault } = await findSchedule(store, name)
    if (plan === null) {
      const hint =
        source === 'cli' ? 'add it anew, or remove it' : `mend it in the ${source}, then: offstage schedule sync`
      throw new ProjectError('E_SCHEDULE', `the schedule ${name} is faulty: ${fault}`, hint)
    }
    return withTask(context, task, async ({ pool, catalog }) => {
      const { argsJson, options } = plan.definition
      const [job] = await prepareJobs(pool, [findTask(catalog, task)], argsJson, options, systemClock.now())
      const record = job === undefined ? null : await store.triggerSchedule({ name, job })
      if (record === null || record.job === null) throw noSchedule(name, [])
      return findJob(store, record.job, context.redact, systemClock.now())
    })
  })
}
