import { formatDuration } from '../duration.js'
import type { Attempt, EndedBy, Job } from '../job.js'
import { deaths, errorLine, inAttempts, iso, lasting, plural } from './words.js'

// The step that ended an attempt which was asked to stop.
const steps: Readonly<Partial<Record<EndedBy, string>>> = {
  signal: 'it heeded the signal',
  abandoned: 'its promise still hung after the grace, and was abandoned',
  killed: 'it ignored the signal or blocked its event loop, and its process was killed',
}

export function explainCompleted(attempts: readonly Attempt[]): string {
  return `completed after ${timeOf(attempts.at(-1))} ${inAttempts(attempts.length)}`
}

/** Why a job failed, and why it is not run again. */
export function explainFailed(job: Job, attempts: readonly Attempt[]): string {
  const error = job.error === null ? 'no error was kept' : errorLine(job.error)
  const last = attempts.at(-1)
  // Of attempts by workers of BullMQ only the last one is known.
  const where = `${inAttempts(Math.max(attempts.length, job.failures))}${whyFinal(job)}`
  switch (job.reason) {
    case 'timeout': {
      const limit = job.timeoutMs === null ? timeOf(last) : formatDuration(job.timeoutMs)
      return `timed out after ${limit} ${where}${stepOf(last)}`
    }
    case 'lost':
      if (job.lostWithWorker) return `lost: ${error}`
      return `${deaths(job)}, which is too often to run it again; the last time: ${error}`
    case 'expired':
      return `expired: it was not started before ${job.expiresAt === null ? 'its time was over' : iso(job.expiresAt)}`
    default:
      return `failed ${where}: ${error}`
  }
}

function whyFinal({ failures, maxRetries }: Job): string {
  if (failures <= maxRetries) return ', by an error that forbids a retry'
  if (maxRetries === 0) return ', with no retries'
  return maxRetries === 1 ? ', with its only retry used up' : `, with all ${maxRetries} retries used up`
}

export function explainCancelled(attempts: readonly Attempt[]): string {
  const last = attempts.at(-1)
  if (last === undefined) return 'cancelled while it waited, before it was started'
  if (last.state === 'cancelled')
    return `cancelled while it ran, after ${timeOf(last)} ${inAttempts(attempts.length)}${stepOf(last)}`
  return `cancelled while it waited to run again, after ${plural(attempts.length, 'attempt')}`
}

function stepOf(attempt: Attempt | undefined): string {
  const step = steps[attempt?.endedBy ?? 'return']
  return step === undefined ? '' : `: ${step}`
}

function timeOf(attempt: Attempt | undefined): string {
  return attempt === undefined ? 'no time' : lasting(attempt.startedAt, attempt.endedAt ?? attempt.startedAt)
}
