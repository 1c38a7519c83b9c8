import type { JobError } from '../../domain/failure.js'
import type { Attempt, EndedBy, FailureReason, Job, JobState, NewJob } from '../../domain/job.js'
import { defaultTimeoutMs } from '../../domain/job.js'
import { noResult } from '../../domain/json.js'
import { type Backoff, defaultMaxRetries } from '../../domain/retry.js'
import {
  addedDelay,
  argsJsonOf,
  failuresByBullmq,
  foreignArgs,
  foreignBackoff,
  foreignRetries,
  foreignStack,
  latest,
  priorityOf,
  wholeNumber,
} from './foreign-fields.js'

/**
 * The data of a job for BullMQ: its argument, if it is one object, as BullMQ's producers have it; else the array of its
 * arguments. The text stays as it is.
 */
export function bullmqData(argsJson: string): string {
  const only = argsJson.trim().slice(1, -1).trim()
  return isOneObject(argsJson, only) ? only : argsJson
}

function isOneObject(argsJson: string, only: string): boolean {
  if (!only.startsWith('{') || !only.endsWith('}')) return false
  const args = JSON.parse(argsJson) as readonly unknown[]
  return args.length === 1
}

/** The waits for BullMQ's own workers, which know no factor and no longest wait. */
function bullmqBackoff(backoff: Backoff | null): object {
  const { initialDelayMs = 1_000, exponentialBackoff = true } = backoff ?? {}
  return { type: exponentialBackoff ? 'exponential' : 'fixed', delay: initialDelayMs }
}

/**
 * What BullMQ has as the options of a job that waits. At most 64 bytes for most jobs, which Redis keeps in half the memory: the
 * priority that most have stands in its own field alone.
 */
export function bullmqOptions({
  priority,
  maxRetries,
  backoff,
}: Pick<Job, 'priority' | 'maxRetries' | 'backoff'>): string {
  const other = priority === 0 ? {} : { priority: bullmqPriority(priority) }
  return JSON.stringify({ attempts: maxRetries + 1, backoff: bullmqBackoff(backoff), ...other })
}

/** BullMQ's 1 is the highest; 0 would be a job without any, which goes before all others. */
export function bullmqPriority(priority: number): number {
  return 101 - priority
}

/** What BullMQ has no place for, and what does not change, in short: a longer text takes Redis more memory. */
interface Rest {
  readonly r?: number
  readonly b?: Backoff
  /** 0: no limit. */
  readonly t?: number
  readonly l?: 1
  readonly c?: string
}

export function restOf({
  maxRetries,
  backoff,
  timeoutMs,
  lostWithWorker,
  trace,
}: Pick<NewJob, 'maxRetries' | 'backoff' | 'timeoutMs' | 'lostWithWorker' | 'trace'>): string | undefined {
  const rest: Rest = {
    ...(maxRetries === defaultMaxRetries ? {} : { r: maxRetries }),
    ...(backoff === null ? {} : { b: backoff }),
    ...(timeoutMs === defaultTimeoutMs ? {} : { t: timeoutMs ?? 0 }),
    ...(lostWithWorker ? { l: 1 as const } : {}),
    ...(trace === null ? {} : { c: trace }),
  }
  const text = JSON.stringify(rest)
  return text === '{}' ? undefined : text
}

/** A job as the scripts read it: its number, its queue, its id in BullMQ, its state, and the fields of its hash. */
export interface StoredJob {
  readonly number: number
  readonly queue: string
  readonly id: string
  readonly state: JobState
  readonly fields: ReadonlyMap<string, string>
}

/** What scripts answer for a job: `[number, queue, id, state, [name, value, ...]]`. */
export type StoredReply = readonly [number, string, string, JobState, readonly string[]]

export function storedJob([number, queue, id, state, flat]: StoredReply): StoredJob {
  const fields = new Map<string, string>()
  for (let index = 0; index < flat.length; index += 2) fields.set(flat[index] ?? '', flat[index + 1] ?? '')
  return { number, queue, id, state, fields }
}

const finals: readonly JobState[] = ['completed', 'failed', 'cancelled']

/** The job as the store answers it. */
export function jobOf(stored: StoredJob): Job {
  const { number, queue, state, fields } = stored
  const text = (name: string) => fields.get(name) ?? null
  const whole = (name: string) => numberOf(fields.get(name))
  const rest = restOfFields(fields)
  const isForeign = fields.has('n')
  const foreign = foreignAttempt(stored)
  const createdAt = whole('timestamp') ?? 0
  const counters = countersOf(fields)
  const isFinal = finals.includes(state)
  const schedule = text('sched')
  const fin = endOf(stored)
  return {
    id: `j${number}`,
    task: text('name') ?? '',
    argsJson: isForeign ? foreignArgs(text('data') ?? '{}') : argsJsonOf(text('data') ?? '[]'),
    queue,
    state,
    reason: state !== 'failed' ? null : ((fin ?? 'error') as FailureReason),
    priority: priorityOf(whole('priority') ?? 0),
    key: text('key'),
    createdAt,
    dueAt: (state === 'scheduled' ? whole('at') : null) ?? whole('due') ?? latest(createdAt + addedDelay(fields)),
    expiresAt: whole('exp'),
    startedAt: foreign ? whole('processedOn') : whole('start'),
    endedAt: isFinal ? whole('finishedOn') : null,
    attempt: whole('ats') ?? 0,
    ...counters,
    failures: Math.max(counters.failures, failuresByBullmq(state, fields)),
    maxRetries: rest.r ?? (isForeign ? foreignRetries(fields) : defaultMaxRetries),
    backoff: rest.b ?? (isForeign ? foreignBackoff(fields) : null),
    timeoutMs: rest.t === undefined ? defaultTimeoutMs : rest.t === 0 ? null : rest.t,
    resultJson: state !== 'completed' ? null : fields.has('void') ? noResult : (text('returnvalue') ?? noResult),
    error: state === 'completed' ? null : errorOf(stored, foreign),
    reservedFor: text('res'),
    lostWithWorker: rest.l === 1,
    trace: rest.c ?? null,
    cancelRequested: state === 'running' && fields.has('cancel'),
    worker: foreign && isWorkerId(text('pb')) ? null : text('pb'),
    endedBy: foreign ? endedByOther(state) : (text('by') as EndedBy | null),
    schedule: schedule === null ? null : { name: schedule, slot: whole('slot') ?? 0 },
  }
}

export function restOfFields(fields: ReadonlyMap<string, string>): Rest {
  return JSON.parse(fields.get('o') ?? '{}') as Rest
}

/** Whether the last attempt was made by a worker of BullMQ: ours writes down which one it has begun. */
export function foreignAttempt({ fields }: StoredJob): boolean {
  return fields.has('ats') && fields.get('ats') !== fields.get('own')
}

/** How an ended job has ended, by the record of ours; null if BullMQ has ended it since. */
function endOf({ fields }: StoredJob): string | null {
  const [at, how] = (fields.get('fin') ?? '').split(' ')
  return at === fields.get('finishedOn') ? (how ?? null) : null
}

/** A worker of BullMQ without a name leaves the one of the attempt before. */
function isWorkerId(name: string | null): boolean {
  return name !== null && /^w\d+$/.test(name)
}

function endedByOther(state: JobState): EndedBy | null {
  return state === 'completed' ? 'return' : state === 'running' ? null : 'throw'
}

/** failures, losses, losses alone, postponements in a row, suspect: absent while all are 0. */
export function countersOf(fields: ReadonlyMap<string, string>) {
  const [failures = 0, losses = 0, lossesAlone = 0, postponements = 0, suspect = 0] = (fields.get('c') ?? '')
    .split(' ')
    .map((text) => Number(text))
  return { failures, losses, lossesAlone, postponements, suspect: suspect === 1 }
}

function errorOf(stored: StoredJob, foreign: boolean): JobError | null {
  const { fields } = stored
  const failed = fields.get('failedReason')
  if (foreign && failed !== undefined) return { name: 'Error', message: failed, stack: foreignStack(fields) }
  const error = fields.get('err')
  return error === undefined ? null : (JSON.parse(error) as JobError)
}

function numberOf(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : wholeNumber(Number(text))
}

/** An attempt that has ended, in short. */
export type AttemptRecord = readonly [
  state: Attempt['state'],
  reason: FailureReason | null,
  startedAt: number,
  endedAt: number,
  endedBy: EndedBy | null,
  worker: string | null,
  /** Its job failed with it; a retry by hand may have followed. */
  endsJob?: 1,
]

/** `failsJob`: its job has failed with it. */
export function attemptRecord(
  {
    state,
    reason,
    startedAt,
    endedAt,
    endedBy,
    worker,
  }: Pick<Attempt, 'state' | 'reason' | 'startedAt' | 'endedAt' | 'endedBy' | 'worker'>,
  failsJob: boolean,
): AttemptRecord {
  const record = [state, reason, startedAt, endedAt ?? startedAt, endedBy, worker] as const
  return failsJob ? [...record, 1] : record
}

/** All attempts of a job, the first one first. */
export function attemptsOf(stored: StoredJob): readonly Attempt[] {
  const { fields, state } = stored
  const last = Number(fields.get('ats') ?? 0)
  const found: Attempt[] = []
  for (let attempt = 1; attempt <= last; attempt++) {
    const record = fields.get(`a${attempt}`)
    const usage = fields.get(`u${attempt}`)
    const shared = { attempt, usage: usage === undefined ? null : JSON.parse(usage) }
    if (record !== undefined) {
      const [state, reason, startedAt, endedAt, endedBy, worker] = JSON.parse(record) as AttemptRecord
      const error = fields.get(`e${attempt}`)
      found.push({
        ...shared,
        state,
        reason,
        startedAt,
        endedAt,
        error: error === undefined ? null : JSON.parse(error),
        worker,
        endedBy,
      })
    } else if (attempt === last && (state === 'running' || foreignAttempt(stored))) {
      found.push({ ...shared, ...lastAttempt(stored) })
    }
  }
  return found
}

/** The attempt that runs, or one of a worker of BullMQ, which keeps no record of it. */
function lastAttempt(stored: StoredJob): Omit<Attempt, 'attempt' | 'usage'> {
  const job = jobOf(stored)
  const runs = stored.state === 'running'
  const foreign = foreignAttempt(stored)
  const failed = foreign && !runs && stored.state !== 'completed'
  return {
    state: runs ? 'running' : failed ? 'failed' : 'completed',
    reason: failed ? 'error' : null,
    startedAt: job.startedAt ?? job.createdAt,
    endedAt: runs ? null : job.endedAt,
    error: failed ? job.error : null,
    worker: job.worker,
    endedBy: runs ? null : failed ? 'throw' : 'return',
  }
}
