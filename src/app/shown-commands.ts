import type { EpochMs } from '../domain/job.js'
import { shellTask } from '../domain/shell-task.js'
import type { JobReader, Store } from '../stores/store.js'
import { jobToListItem } from '../views/job.js'
import { scheduleToJson } from '../views/schedule.js'
import { shownTask } from '../views/shown-task.js'
import type { StatusJson } from '../views/status.js'
import type { WorkerJson } from '../views/worker.js'

/** A status as people see it: with the commands of schedules instead of `shell`. */
export async function statusForPeople(
  store: Store,
  status: StatusJson,
  redact: readonly string[],
  now: EpochMs,
): Promise<StatusJson> {
  const commands = status.schedules.filter(({ task }) => task === shellTask).map(({ name }) => name)
  if (commands.length === 0) return status
  const found = await store.schedules(commands)
  const shown = new Map(found.map((one) => [one.name, shownTask(scheduleToJson(one, redact, now))]))
  return { ...status, schedules: status.schedules.map((one) => ({ ...one, task: shown.get(one.name) ?? one.task })) }
}

/** Workers as people see them: with the commands that they run instead of `shell`. */
export function workersForPeople(
  store: Pick<JobReader, 'job'>,
  workers: readonly WorkerJson[],
  redact: readonly string[],
): Promise<readonly WorkerJson[]> {
  const shown = async (running: WorkerJson['running'][number]) => {
    const job = running.task === shellTask ? await store.job(running.id) : null
    return job === null ? running : { ...running, task: shownTask(jobToListItem(job, redact)) }
  }
  return Promise.all(
    workers.map(async (worker) => ({ ...worker, running: await Promise.all(worker.running.map(shown)) })),
  )
}
