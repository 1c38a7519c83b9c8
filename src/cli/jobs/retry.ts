import { type RetriedJob, retryJobs } from '../../app/jobs/retry-jobs.js'
import type { JobState } from '../../domain/job.js'
import type { BulkAction } from './bulk.js'

export const retriable: readonly JobState[] = ['failed', 'cancelled']

const keyTaken = 'another job holds the unique key'
const inputGone = 'the command had the stdin of a run that has ended'

const texts: Readonly<Record<RetriedJob['answer'], string>> = {
  retried: 'is queued again',
  waiting: 'waits already',
  running: 'runs',
  completed: 'has completed: only failed and cancelled jobs are retried',
  'key-taken': `stays: ${keyTaken}`,
  'input-gone': `stays: ${inputGone}`,
  unknown: 'is no job',
}

export const retrying: BulkAction<RetriedJob> = {
  verb: 'retry',
  past: 'retried',
  states: ['failed'],
  done: ['retried'],
  refused: ['completed', 'key-taken', 'input-gone'],
  kept: { 'key-taken': keyTaken, 'input-gone': inputGone },
  act: retryJobs,
  text: ({ id, answer }) => `${id} ${texts[answer]}`,
}
