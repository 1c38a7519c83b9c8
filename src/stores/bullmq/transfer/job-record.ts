import { idNumber } from '../../../domain/job.js'
import { noResult } from '../../../domain/json.js'
import { statisticsName } from '../../../domain/statistics-name.js'
import { isFinal } from '../../../domain/transitions.js'
import type { JobRecord, TransferredAttempt } from '../../transfer.js'
import {
  type AttemptRecord,
  attemptRecord,
  attemptsOf,
  bullmqData,
  bullmqOptions,
  bullmqPriority,
  foreignAttempt,
  jobOf,
  restOf,
  type StoredJob,
} from '../job-fields.js'
import { failedReason } from '../outcome-request.js'
import { progressFrom } from '../output.js'

/** A job of Redis as a record. `holdsKeyMs`: as the record has it. */
export function recordOf(stored: StoredJob, holdsKeyMs: number | null): JobRecord {
  const { fields, state } = stored
  const job = jobOf(stored)
  const worker = ownWorker(job.worker)
  const progress = fields.get('progress')
  const group = fields.get('grp')
  const shared = {
    kind: 'job',
    progress: progress === undefined ? null : progressFrom(JSON.parse(progress)),
    holdsKeyMs,
    failure: group === undefined || state !== 'failed' ? null : Number(group),
  } as const
  // Of an attempt by a worker of BullMQ there is no record, unless its job has ended with it.
  if (foreignAttempt(stored) && !isFinal(state)) {
    const attempts = attemptsIn(stored).slice(0, -1)
    return { ...shared, job: { ...job, reservedFor: null, worker: null, startedAt: null, endedBy: null }, attempts }
  }
  const reservedFor = isFinal(state) ? job.reservedFor : null
  return { ...shared, job: { ...job, worker, reservedFor }, attempts: attemptsIn(stored) }
}

/** Workers of BullMQ have names of their own, and no number. */
function ownWorker(worker: string | null): string | null {
  return worker !== null && /^w\d+$/.test(worker) ? worker : null
}

function attemptsIn(stored: StoredJob): readonly TransferredAttempt[] {
  const last = Number(stored.fields.get('ats') ?? 0)
  return attemptsOf(stored).map((attempt) => {
    const record = stored.fields.get(`a${attempt.attempt}`)
    const marked = record !== undefined && (JSON.parse(record) as AttemptRecord)[6] === 1
    const isLast = attempt.attempt === last && stored.state === 'failed' && attempt.state === 'failed'
    const ends = attempt.state === 'completed' || attempt.state === 'cancelled'
    return { ...attempt, worker: ownWorker(attempt.worker), endsJob: ends || marked || isLast }
  })
}

/** The job as it is written: the fields of its hash, and where it has a place beside that. */
export function importRequest({ job, attempts, progress, holdsKeyMs, failure }: JobRecord): object {
  const { state, queue, priority, createdAt, dueAt, endedAt, expiresAt, key, schedule, attempt } = job
  const n = idNumber(job.id, 'j') ?? 0
  const ended = isFinal(state)
  const hasBegun = attempts.length > 0
  const place =
    state === 'scheduled' ? 'delayed' : state === 'queued' ? 'prioritized' : state === 'completed' ? state : 'failed'
  const line = bullmqPriority(priority) * 0x1_0000_0000 + n
  const score = state === 'scheduled' ? dueAt * 4_096 + (n % 4_096) : state === 'queued' ? line : endedAt
  const countedAs = statisticsName({ task: job.task, schedule: schedule?.name ?? null, key })
  const { failures, losses, lossesAlone, postponements, suspect } = job
  const counters = [failures, losses, lossesAlone, postponements, Number(suspect)]
  const fields: (readonly [string, string | number | null | undefined])[] = [
    ['name', job.task],
    ['data', dataOf(job.argsJson)],
    ['opts', bullmqOptions(job)],
    ['timestamp', createdAt],
    ['delay', state === 'scheduled' ? Math.max(0, dueAt - createdAt) : 0],
    ['priority', bullmqPriority(priority)],
    ['o', restOf(job)],
    ['due', dueAt === createdAt ? null : dueAt],
    ['exp', expiresAt],
    ['sn', countedAs === job.task ? null : countedAs],
    ['res', job.reservedFor],
    ['key', key],
    ['sched', schedule?.name],
    ['slot', schedule?.slot],
    ['progress', progress === null ? null : JSON.stringify(progress)],
    ['grp', failure],
    ['c', counters.some((count) => count > 0) ? counters.join(' ') : null],
    ...(attempt === 0
      ? []
      : ([
          ['ats', attempt],
          ['own', attempt],
          ['atm', job.failures + (state === 'completed' ? 1 : 0)],
        ] as const)),
    ['start', job.startedAt],
    ['processedOn', job.startedAt],
    ['pb', job.worker],
    ['by', job.endedBy],
    ['ran', hasBegun && !ended ? 1 : null],
    ['err', state === 'completed' || job.error === null ? null : JSON.stringify(job.error)],
    ...(ended ? endFields(job) : []),
    ...attempts.flatMap(attemptFields),
  ]
  return {
    n,
    queue,
    task: job.task,
    data: dataOf(job.argsJson),
    place,
    score: `${score}`,
    fields: fields.flatMap(([name, value]) => (value === null || value === undefined ? [] : [name, `${value}`])),
    ...(state === 'cancelled' ? { cancelled: `${endedAt}` } : {}),
    ...(state === 'queued' ? { ready: `${dueAt}` } : {}),
    ...(!ended && !hasBegun && expiresAt !== null ? { expires: `${expiresAt}` } : {}),
    ...(key === null || holdsKeyMs === null ? {} : { key, holds: `${n} ${holdsKeyMs}` }),
    ...(ended || schedule === null ? {} : { schedule: schedule.name, slot: `${schedule.slot}` }),
    ...(failure === null ? {} : { failure: `${failure}` }),
  }
}

/** Text that would read as something else stays the array that it is. */
function dataOf(argsJson: string): string {
  const data = bullmqData(argsJson)
  return data === argsJson || `[${data}]` === argsJson ? data : argsJson
}

function endFields({ state, reason, endedAt, resultJson, error }: JobRecord['job']) {
  const end = [
    ['finishedOn', endedAt],
    ['fin', `${endedAt} ${reason ?? state}`],
  ] as const
  if (state !== 'completed') {
    const text = state === 'cancelled' || error === null ? 'cancelled' : failedReason(error)
    return [...end, ['failedReason', text]] as const
  }
  const isVoid = resultJson === noResult
  return [...end, ['returnvalue', isVoid ? 'null' : resultJson], ['void', isVoid ? 1 : null]] as const
}

function attemptFields(ended: TransferredAttempt) {
  const { attempt, state, error, usage, endsJob } = ended
  return [
    [`a${attempt}`, JSON.stringify(attemptRecord(ended, state === 'failed' && endsJob))],
    [`e${attempt}`, error === null ? null : JSON.stringify(error)],
    [`u${attempt}`, usage === null ? null : JSON.stringify(usage)],
  ] as const
}
