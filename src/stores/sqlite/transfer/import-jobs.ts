import { isFinal } from '../../../domain/transitions.js'
import type { JobRecord, TransferredAttempt } from '../../transfer.js'
import { endedByCodes, reasonCodes, stateCodes } from '../codes.js'
import { jobNumber, workerNumber } from '../rows.js'
import { startWaiting } from '../waiting.js'
import type { Writing } from '../writing.js'
import type { TransferStatements } from './export-jobs.js'

/** Stores a job with all that is known of it, unless it is there already. */
export function importJob(writing: Writing, statements: TransferStatements, record: JobRecord): void {
  const { names, counters } = writing
  const { job, attempts, progress, holdsKeyMs } = record
  const id = jobNumber(job.id)
  const queue = names.queue(job.queue)
  const isNew = statements.addJob.run({
    id,
    kind: names.kind({ ...job, key: null }),
    queue,
    priority: job.priority,
    createdAt: job.createdAt,
    args: job.argsJson,
    dueAt: job.dueAt === job.createdAt ? null : job.dueAt,
    expiresAt: job.expiresAt,
    key: job.key,
    reservedFor: job.reservedFor === null ? null : workerNumber(job.reservedFor),
    lostWithWorker: Number(job.lostWithWorker),
    schedule: job.schedule?.name ?? null,
    slot: job.schedule?.slot ?? null,
    trace: job.trace,
  }).changes
  if (isNew === 0) return
  const last = endsWith(record)
  const task = names.task(job.task)
  addTroubles(statements, record, last)
  for (const attempt of attempts) {
    if (attempt !== last) addAttempt(statements, id, attempt)
    const { usage } = attempt
    if (usage !== null) statements.addUsage.run(id, attempt.attempt, usage.peakBytes, usage.cpuMs)
  }
  if (progress !== null) writing.statements.keepProgress.run(id, progress.fraction, progress.message)
  if (job.key !== null && holdsKeyMs !== null) {
    writing.statements.holdKey.run(job.key, id, job.createdAt + holdsKeyMs)
  }
  if (isFinal(job.state)) {
    statements.addEnd.run(endOf(record, last, task, queue))
    counters.add(queue, job.state as 'completed' | 'failed' | 'cancelled', 1)
    return
  }
  if (job.state === 'running') throw new Error(`${job.id} is to be moved while it runs`)
  const place = { job: id, queue, task, rank: 0 - job.priority, reservedFor: null, attempt: job.attempt }
  startWaiting(writing, place, job.state as 'scheduled' | 'queued', job.dueAt)
  if (job.expiresAt !== null && attempts.length === 0) writing.statements.insertExpiring.run(job.expiresAt, id)
}

/** The attempt that the job ended with; null if it waits, or ended while it waited. */
function endsWith({ job, attempts }: JobRecord): TransferredAttempt | null {
  const last = attempts.at(-1)
  if (last === undefined || !isFinal(job.state)) return null
  const isIt = last.attempt === job.attempt && last.state === job.state && last.endedAt === job.endedAt
  return isIt ? last : null
}

function endOf({ job, failure }: JobRecord, last: TransferredAttempt | null, task: number, queue: number): object {
  const { attempt, endedAt, resultJson: result, reason, error, state } = job
  return {
    job: jobNumber(job.id),
    state: stateCodes[state],
    task,
    queue,
    attempt,
    worker: last === null || job.worker === null ? null : workerNumber(job.worker),
    startedAt: last === null ? null : job.startedAt,
    endedAt,
    endedBy: last === null || job.endedBy === null ? null : endedByCodes[job.endedBy],
    result,
    reason: reason === null ? null : reasonCodes[reason],
    error: state !== 'failed' || error === null ? null : JSON.stringify(error),
    failure: state === 'failed' ? failure : null,
  }
}

/** What of a job is neither in its own row nor in that of its end. */
function addTroubles(statements: TransferStatements, { job }: JobRecord, last: TransferredAttempt | null): void {
  const { failures, losses, lossesAlone, postponements, suspect } = job
  const isInEnd = job.state === 'failed' || job.state === 'completed'
  const error = isInEnd || job.error === null ? null : JSON.stringify(job.error)
  const worker = last !== null || job.worker === null ? null : workerNumber(job.worker)
  const startedAt = last !== null ? null : job.startedAt
  const endedBy = last !== null || job.endedBy === null ? null : endedByCodes[job.endedBy]
  const counts = failures + losses + postponements
  if (counts === 0 && !suspect && error === null && worker === null && startedAt === null && endedBy === null) return
  statements.addTrouble.run({
    job: jobNumber(job.id),
    failures,
    losses,
    lossesAlone,
    postponements,
    suspect: Number(suspect),
    error,
    worker,
    startedAt,
    endedBy,
  })
}

function addAttempt(statements: TransferStatements, job: number, attempt: TransferredAttempt): void {
  const { state, reason, startedAt, endedAt, worker, error, endedBy, endsJob } = attempt
  const jobState = state === 'cancelled' ? stateCodes.cancelled : stateCodes.failed
  statements.addAttempt.run({
    job,
    attempt: attempt.attempt,
    reason: reason === null ? null : reasonCodes[reason],
    startedAt,
    endedAt: endedAt ?? startedAt,
    worker: worker === null ? 0 : workerNumber(worker),
    error: error === null ? null : JSON.stringify(error),
    endedBy: endedByCodes[endedBy ?? 'released'],
    jobState: endsJob ? jobState : null,
  })
}
