import type { EnqueueToken, NewJob } from '../../domain/job.js'
import type { Enqueued } from '../store.js'
import { refuseLateTokens, tokenKeptMs } from '../tokens.js'
import { enqueueJob } from './enqueue.js'
import { jobNumber } from './rows.js'
import type { Writing } from './writing.js'

/** Stores jobs, but those whose tokens are known; throws if one comes too late, before anything is stored. */
export function enqueueJobs(writing: Writing, jobs: readonly NewJob[]): readonly Enqueued[] {
  refuseLateTokens(jobs, writing.clock.now(), (token) => writing.statements.jobOfToken.get(token) !== undefined)
  return jobs.map((job) => (job.token === undefined ? enqueueJob(writing, job) : enqueueOnce(writing, job, job.token)))
}

function enqueueOnce(writing: Writing, job: NewJob, { value }: EnqueueToken): Enqueued {
  const { statements, clock } = writing
  const known = statements.jobOfToken.get(value) as { readonly job: number } | undefined
  if (known !== undefined) return { id: `j${known.job}`, answer: 'existing' }
  const enqueued = enqueueJob(writing, job)
  if (enqueued.answer === 'refused') return enqueued
  statements.keepToken.run(value, jobNumber(enqueued.id), clock.now() + tokenKeptMs.others)
  return enqueued
}

export function forgetTokens({ statements, clock }: Writing, tokens: readonly string[]): void {
  statements.forgetTokens.run(clock.now() + tokenKeptMs.forgotten, JSON.stringify(tokens))
}
