import { explainCancelled, explainCompleted, explainFailed } from './explain/ended.js'
import type { JobFacts } from './explain/facts.js'
import { explainRunning } from './explain/running.js'
import { explainQueued, explainScheduled } from './explain/waiting.js'
import { at } from './explain/words.js'
import type { Attempt, EpochMs, Job } from './job.js'

/** Why a job is where it is and what would move it, in one sentence. Its error may be one that is fit to be shown. */
export function explain(job: Job, attempts: readonly Attempt[], facts: JobFacts, now: EpochMs): string {
  switch (job.state) {
    case 'scheduled':
      return withExpiry(explainScheduled(job, attempts, facts, now), job, attempts, now)
    case 'queued':
      return withExpiry(explainQueued(job, attempts, facts, now), job, attempts, now)
    case 'running':
      return explainRunning(job, facts, now)
    case 'completed':
      return explainCompleted(attempts)
    case 'failed':
      return explainFailed(job, attempts)
    case 'cancelled':
      return explainCancelled(attempts)
  }
}

/** A job that has begun once does not expire any more. */
function withExpiry(text: string, { expiresAt }: Job, attempts: readonly Attempt[], now: EpochMs): string {
  if (expiresAt === null || expiresAt <= now || attempts.length > 0) return text
  return `${text}; it expires at ${at(expiresAt, now)} if it has not started by then`
}
