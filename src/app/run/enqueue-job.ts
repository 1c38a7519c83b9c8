import { KeyTakenError, NotFoundError } from '../../domain/errors.js'
import type { Job, JobId, NewJob } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import type { Enqueued, Store } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import { wholeJob } from '../jobs/find-job.js'
import type { ProjectTasks } from '../project-tasks.js'
import { enqueueInSpans } from './enqueue-in-spans.js'
import type { JobRequest } from './job-request.js'
import { findTask, prepareJobs } from './prepare-jobs.js'

/** Where a new job was stored. */
export interface StoredJob {
  readonly id: JobId
  /** An older job with the same key stands for the new one. */
  readonly duplicate: boolean
}

/** The job of a request, complete and with its arguments checked. Throws UsageError. */
export async function prepareJob({ pool, catalog }: ProjectTasks, request: JobRequest): Promise<NewJob> {
  const { task, argsJson, options } = request
  const [job] = await prepareJobs(pool, [findTask(catalog, task)], argsJson, options, systemClock.now())
  if (job === undefined) throw new Error('no job was made')
  return job
}

/** Stores one job for the workers. Throws KeyTakenError where its key forbids it. */
export async function enqueueJob(store: Store, job: NewJob): Promise<StoredJob> {
  return acceptedJob(await enqueueInSpans([job], (jobs) => store.enqueue(jobs)), job)
}

/** The store's answer to one job. Throws KeyTakenError where its key forbids it. */
export function acceptedJob([enqueued]: readonly Enqueued[], job: NewJob): StoredJob {
  if (enqueued === undefined) throw new Error('the store answered nothing')
  const { id, answer } = enqueued
  if (answer === 'refused') throw new KeyTakenError(job.key?.name ?? '', id)
  return { id, duplicate: answer === 'existing' }
}

/** A job as `run` shows it. */
export interface EndedJob {
  readonly job: JobJson
  /** Its result as it is, where `job` has it masked: `noResult` if it returned nothing, null if it has not completed. */
  readonly resultJson: string | null
}

/** A job that was just stored, with all that the store has of it. Throws NotFoundError. */
export async function storedJob(store: Store, id: JobId, redact: readonly string[]): Promise<EndedJob> {
  const job = await store.job(id)
  if (job === null) throw new NotFoundError('E_NO_JOB', `no job ${id}`)
  return endedJob(store, job, redact)
}

export async function endedJob(store: Store, job: Job, redact: readonly string[]): Promise<EndedJob> {
  return { job: await wholeJob(store, job, redact), resultJson: job.resultJson }
}
