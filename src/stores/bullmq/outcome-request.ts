import type { JobError } from '../../domain/failure.js'
import { foldError } from '../../domain/failure-group.js'
import type { AttemptState, EpochMs, FailureReason } from '../../domain/job.js'
import { noResult } from '../../domain/json.js'
import { type Counts, type Outcome, tallyOf } from '../../domain/outcome.js'
import type { JobEnd } from '../../domain/schedule/schedule.js'
import { countedAs, durationBucket } from '../../domain/statistics.js'
import { attemptRecord } from './job-fields.js'

/** What the statistics call each end. */
const countNames = { completed: 'c', retried: 'r', error: 'e', timeout: 't', lost: 'l', expired: 'x' } as const

/** The end of an attempt as the scripts take it. Properties that are null are left out. */
export function outcomeRequest(
  number: number,
  attempt: number,
  worker: string,
  outcome: Outcome,
  now: EpochMs,
): object {
  const { kind, startedAt, endedAt, endedBy } = outcome
  const failure = kind === 'failed' || kind === 'retry' ? outcome : null
  const state: AttemptState = kind === 'retry' ? 'failed' : kind
  const [reason, isEnd] = [failure?.reason ?? null, kind === 'failed']
  const record = attemptRecord({ state, reason, startedAt, endedAt, endedBy, worker }, isEnd)
  const keepsAttempt = kind !== 'released' || outcome.started
  const error = failure === null ? null : JSON.stringify(failure.error)
  const due = kind === 'retry' ? outcome.at : kind === 'released' ? now : null
  const fields = [
    ...(keepsAttempt ? [`a${attempt}`, JSON.stringify(record), 'start', startedAt] : []),
    ...(error === null ? [] : [`e${attempt}`, error, 'err', error]),
    ...(due === null ? [] : ['due', due, ...(keepsAttempt ? ['ran', 1] : [])]),
    ...(kind === 'completed' && outcome.resultJson === noResult ? ['void', 1] : []),
    'by',
    endedBy,
    // It counts only with this time: a job that BullMQ has retried and ended since has another one.
    ...(due === null ? ['fin', `${endedAt} ${failure?.reason ?? kind}`] : []),
  ]
  const drop = keepsAttempt ? [] : ['start', `u${attempt}`]
  return {
    n: number,
    kind,
    // As texts, which Redis takes in half the time.
    at: String(endedAt),
    fields: fields.map(String),
    ...(drop.length === 0 ? {} : { drop }),
    ...(due === null ? {} : { due, ran: keepsAttempt }),
    ...(failure === null ? {} : { tally: tallyRequest(failure.counts) }),
    ...(kind === 'released' && outcome.suspect ? { suspect: true } : {}),
    ...countRequest(outcome),
    ...endRequest(outcome),
  }
}

function tallyRequest(counts: Counts): readonly number[] {
  const { failures, losses, lossesAlone, postponements, suspect } = tallyOf(counts)
  return [failures, losses, lossesAlone, postponements ?? -1, suspect === null ? -1 : Number(suspect)]
}

function countRequest(outcome: Outcome): object {
  const counted = countedAs(outcome)
  if (counted === null) return {}
  const { count, durationMs } = counted
  const duration = durationMs === null ? {} : { duration: durationMs, bucket: durationBucket(durationMs) }
  return { count: countNames[count], ...duration }
}

/** What only an end of the job has. */
function endRequest(outcome: Outcome): object {
  const { kind } = outcome
  if (kind === 'retry' || kind === 'released') return {}
  const reason = kind === 'failed' ? outcome.reason : null
  const durationMs = Math.max(0, outcome.endedAt - outcome.startedAt)
  const slotEnd = slotEndText({ state: kind, reason, durationMs })
  if (kind === 'completed') return { value: outcome.resultJson === noResult ? 'null' : outcome.resultJson, slotEnd }
  if (kind === 'cancelled') return { value: 'cancelled', slotEnd }
  return { value: failedReason(outcome.error), group: foldError(outcome.error), slotEnd }
}

/** What the slot of a job keeps of its end. */
export function slotEndText(end: JobEnd): string {
  return JSON.stringify(end)
}

/** The error as BullMQ shows it. */
export function failedReason({ name, message }: JobError): string {
  return name === 'Error' ? message : `${name}: ${message}`
}

/** The end of a waiting job that fails without having run, as the scripts take it. */
export function burialRequest(reason: Extract<FailureReason, 'expired' | 'lost'>, error: JobError): object {
  return {
    reason,
    error: JSON.stringify(error),
    text: failedReason(error),
    group: foldError(error),
    count: countNames[reason],
    slotEnd: slotEndText({ state: 'failed', reason, durationMs: null }),
  }
}
