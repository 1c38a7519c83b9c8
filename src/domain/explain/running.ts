import { formatDuration } from '../duration.js'
import type { EpochMs, Job } from '../job.js'
import { type JobFacts, lives, type WorkerFact } from './facts.js'
import { at, deaths, lasting, named, since, startCommand } from './words.js'

/** Where a job runs and until when, or why it only seems to. */
export function explainRunning(job: Job, facts: JobFacts, now: EpochMs): string {
  const worker = facts.workers.find(({ id }) => id === job.worker)
  const then = afterWorker(job)
  if (worker === undefined) return `its worker ${job.worker} has ended: it ${then}`
  if (!lives(worker)) return explainLost(worker, then, job, facts, now)
  const parts = [`running for ${lasting(job.startedAt ?? now, now)} in ${named(worker)}, attempt ${job.attempt}`]
  if (job.suspect) parts.push(`as a suspect it has a task process to itself, since ${deaths(job)}`)
  if (job.cancelRequested) {
    parts.push(
      'asked to cancel, and not stopped yet: if it does not heed the signal within the grace, it is abandoned, or its process is killed',
    )
  } else parts.push(limitOf(job, now))
  if (worker.standing === 'silent') {
    const heard = `its worker was last heard of at ${since(worker.lastBeatAt, now)}`
    parts.push(`${heard}: if it stays silent until its lease ends at ${at(worker.leaseEndsAt, now)}, the job ${then}`)
  }
  return parts.join('; ')
}

/** What a sweep makes of a job whose worker is gone. */
function afterWorker(job: Job): string {
  if (job.lostWithWorker) return 'fails as lost'
  return job.cancelRequested ? 'is cancelled' : `goes back to its queue ${job.queue}`
}

/** The worker is dead or must be taken for it. */
function explainLost(worker: WorkerFact, then: string, job: Job, facts: JobFacts, now: EpochMs): string {
  const what =
    worker.standing === 'dead'
      ? `its ${named(worker)} has died`
      : `its ${named(worker)} was last heard of at ${since(worker.lastBeatAt, now)} and its lease is over`
  if (facts.workers.some(lives)) return `${what}: it ${then} within a second`
  return `${what}: it ${then} when a worker starts: ${startCommand(job.queue, facts)}`
}

function limitOf({ timeoutMs, startedAt }: Job, now: EpochMs): string {
  if (timeoutMs === null) return 'it has no time limit'
  const endsAt = (startedAt ?? now) + timeoutMs
  const limit = `its time limit of ${formatDuration(timeoutMs)}`
  return endsAt > now
    ? `${limit} ends at ${at(endsAt, now)}`
    : `${limit} seems to be over: it is being stopped, or its process still loads`
}
