import { formatDuration } from '../../domain/duration.js'
import type { JobError } from '../../domain/failure.js'
import type { ClaimedJob } from '../../domain/job.js'
import type { Outcome } from '../../domain/outcome.js'
import type { AttemptSettled, AttemptStarted, AttemptStopping } from '../../engine/events.js'
import { isoTime } from '../../views/iso-time.js'
import { shownError } from '../../views/job.js'
import { commandOfJob, jobName } from '../jobs/job-name.js'
import type { Entry } from './entry.js'

/** The names of the config whose values are masked too. */
type Redact = readonly string[]

/** A job has started. */
export function startedEntry({ job, waitMs }: AttemptStarted, redact: Redact): Entry {
  const again = job.attempt === 1 ? '' : `, attempt ${job.attempt}`
  const { name, facts } = namedJob(job, redact)
  return {
    level: 'info',
    event: 'job.started',
    text: `${job.id} ${name} started${again}`,
    facts: { ...facts, waitMs },
  }
}

/** An attempt has ended, and the end is stored; null for a job that was given back before it had started. */
export function endedEntry({ job, outcome, runMs }: AttemptSettled, redact: Redact): Entry | null {
  if (outcome.kind === 'released' && !outcome.started) return null
  const { name, facts } = namedJob(job, redact)
  const error = 'error' in outcome ? shownError(job, outcome.error, redact) : null
  return {
    level: levels[outcome.kind],
    event: 'job.ended',
    text: `${job.id} ${name} ${endText(job, outcome, runMs)}${error === null ? '' : `: ${errorLine(error)}`}`,
    facts: {
      ...facts,
      outcome: outcome.kind === 'released' ? 'handed back' : outcome.kind,
      reason: 'reason' in outcome ? outcome.reason : null,
      durationMs: runMs,
      retryAt: outcome.kind === 'retry' ? isoTime(outcome.at) : null,
      error: error === null ? null : { name: error.name, message: error.message },
    },
  }
}

/** A running job is asked to stop. */
export function stoppingEntry({ job, reason }: AttemptStopping, redact: Redact): Entry {
  const { name, facts } = namedJob(job, redact)
  return {
    level: reason === 'timeout' ? 'warning' : 'info',
    event: 'job.stopping',
    text: `${job.id} ${name} ${stoppingTexts[reason]}`,
    facts: { ...facts, reason },
  }
}

const levels = { completed: 'info', retry: 'warning', failed: 'error', cancelled: 'info', released: 'info' } as const

const stoppingTexts = {
  cancelled: 'is asked to stop: it was cancelled',
  timeout: 'is asked to stop: its time is over',
  shutdown: 'is asked to stop: the worker stops',
} as const

function endText({ attempt }: ClaimedJob, outcome: Outcome, runMs: number): string {
  const took = formatDuration(runMs)
  switch (outcome.kind) {
    case 'completed':
      return `completed after ${took}`
    case 'cancelled':
      return `cancelled after ${took}${outcome.endedBy === 'abandoned' ? ', and abandoned: its code may still run' : ''}`
    case 'released':
      return `handed back after ${took}: it runs again, and counts no failure`
    case 'failed':
      return `attempt ${attempt} failed after ${took}, not tried again`
    case 'retry': {
      const waitMs = Math.max(0, outcome.at - outcome.endedAt)
      const again = waitMs === 0 ? 'again at once' : `again in ${formatDuration(waitMs)}`
      const what = outcome.counts === 'postponement' ? 'asked for later' : 'failed'
      return `attempt ${attempt} ${what} after ${took}, ${again}`
    }
  }
}

/** An error in one line. */
function errorLine({ name, message }: Pick<JobError, 'name' | 'message'>): string {
  return message === '' ? name : `${name}: ${message}`
}

/** People see the command of a job, programs the name of its task. */
function namedJob(job: ClaimedJob, redact: Redact) {
  const { id, task, attempt } = job
  const command = commandOfJob(job, redact)
  const facts = { job: id, task, attempt, ...(command === null ? {} : { command }) }
  return { name: jobName(job, redact), facts }
}
