import { NotFoundError, UsageError } from '../../domain/errors.js'
import { type EpochMs, type Job, type JobId, parseJobId } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { type JobJson, jobToJson } from '../../views/job.js'
import { explanationOf } from './explain-job.js'

/** The id of a job as a person typed it: `j42`, or `42`. Throws UsageError. */
export function jobIdOf(text: string): JobId {
  const id = parseJobId(text)
  if (id !== null) return id
  throw new UsageError('E_JOB_ID', `${JSON.stringify(text)} is no job id`, 'an id looks like j42')
}

/**
 * A job by the id that a person typed, with its attempts and an explanation of its state. Throws UsageError and
 * NotFoundError.
 */
export async function findJob(store: Store, text: string, redact: readonly string[], now: EpochMs): Promise<JobJson> {
  const id = jobIdOf(text)
  const job = await store.job(id)
  if (job === null) throw noJob(id)
  const attempts = await store.attempts(id)
  return {
    ...(await wholeJob(store, job, redact)),
    explanation: await explanationOf(store, job, attempts, redact, now),
  }
}

export function noJob(id: JobId): NotFoundError {
  return new NotFoundError('E_NO_JOB', `no job ${id}`, 'see "offstage jobs list" for those there are')
}

/** A job with all that the store has of it. */
export async function wholeJob(store: Store, job: Job, redact: readonly string[]): Promise<JobJson> {
  const [attempts, progress] = await Promise.all([store.attempts(job.id), store.progress([job.id])])
  return jobToJson(job, attempts, redact, progress.get(job.id) ?? null)
}
