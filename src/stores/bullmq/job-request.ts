import type { NewJob } from '../../domain/job.js'
import { statisticsName } from '../../domain/statistics-name.js'
import { bullmqData, bullmqOptions, restOf } from './job-fields.js'

/** A job as the scripts take it. `schedule`: the schedule and slot that it is of. */
export function requestOf(job: NewJob, schedule?: { readonly name: string; readonly slot: number }): object {
  const { task, queue, priority, dueAt, expiresAt, key, reservedFor, lostWithWorker, token } = job
  const countedAs = statisticsName({ task, schedule: schedule?.name ?? null, key: key?.name ?? null })
  return {
    task,
    queue,
    priority,
    dueAt,
    args: bullmqData(job.argsJson),
    opts: bullmqOptions(job),
    rest: restOf(job),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(key === null ? {} : { key }),
    ...(reservedFor === null ? {} : { reservedFor }),
    ...(lostWithWorker ? { lostWithWorker } : {}),
    ...(countedAs === task ? {} : { countedAs }),
    ...(schedule === undefined ? {} : { schedule: schedule.name, slot: schedule.slot }),
    ...(token === undefined ? {} : { token: token.value, validUntil: token.validUntil }),
  }
}
