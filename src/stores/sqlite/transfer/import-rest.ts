import type {
  FailureRecord,
  OutputRecord,
  QueueRecord,
  SamplesRecord,
  ScheduleRecord,
  SlotRecordOf,
  StatisticsRecord,
} from '../../transfer.js'
import { reasonCodes, stateCodes } from '../codes.js'
import { jobNumber } from '../rows.js'
import type { Writing } from '../writing.js'
import type { TransferStatements } from './export-jobs.js'

const allTime = -1

export function importQueue({ names }: Writing, statements: TransferStatements, record: QueueRecord): void {
  statements.pauseQueue.run(record.pausedAt, names.queue(record.name))
}

export function importOutput(statements: TransferStatements, { job, attempt, lines }: OutputRecord): void {
  const number = jobNumber(job)
  for (const { line, at, stream, text } of lines) statements.addLine.run(number, attempt, line, at, stream, text)
}

export function importSchedule(statements: TransferStatements, record: ScheduleRecord): void {
  const { schedule, revision, lastSuccessAt, slotTotals } = record
  const { plan, pauses, clockAhead } = schedule
  statements.addSchedule.run({
    ...schedule,
    plan: plan === null ? null : JSON.stringify(plan),
    pauses: JSON.stringify(pauses),
    clockAhead: clockAhead === null ? null : JSON.stringify(clockAhead),
    revision,
    lastSuccessAt,
  })
  for (const [outcome, count] of Object.entries(slotTotals)) statements.addTotal.run(schedule.name, outcome, count)
}

export function importSlot(statements: TransferStatements, { schedule, slot }: SlotRecordOf): void {
  const { jobEnd, job, ...record } = slot
  statements.addSlot.run({
    schedule,
    ...record,
    job: job === null ? null : jobNumber(job),
    open: Number(job !== null && jobEnd === null),
    jobState: jobEnd === null ? null : stateCodes[jobEnd.state],
    jobReason: jobEnd === null || jobEnd.reason === null ? null : reasonCodes[jobEnd.reason],
    jobMs: jobEnd?.durationMs ?? null,
  })
}

export function importStatistics({ names }: Writing, statements: TransferStatements, record: StatisticsRecord): void {
  const { task, queue, completed, failedBy, retried, durationMs, durations } = record.counts
  const { error, timeout, lost, expired } = failedBy
  const key = [record.minute ?? allTime, names.task(task), names.queue(queue)]
  statements.addCounts.run(...key, completed, error, timeout, lost, expired, retried, durationMs)
  for (const { bucket, count } of durations) statements.addDuration.run(...key, bucket, count)
}

export function importFailure({ names }: Writing, statements: TransferStatements, record: FailureRecord): void {
  const { group: id, task, sample, minutes, error, firstAt, lastAt } = record
  statements.addFailure.run({ id, task: names.task(task), error, firstAt, lastAt, sample: jobNumber(sample) })
  for (const [minute, count] of minutes) statements.addFailureMinute.run(id, minute, count)
}

export function importSamples({ names }: Writing, statements: TransferStatements, { samples }: SamplesRecord): void {
  for (const { at, queue, queued, enqueued } of samples) {
    statements.addSample.run(at, names.queue(queue), queued, enqueued)
  }
}
