import type Database from 'better-sqlite3'
import type { TaskStatistics } from '../../../domain/statistics.js'
import {
  type CountersRecord,
  hourMs,
  type QueueRecord,
  samplesRecords,
  statisticsRecords,
  type TransferRecord,
} from '../../transfer.js'
import { prepare } from '../prepare.js'
import { keptScheduleOfRow, type ScheduleRow, type SlotRow, slotOfRow } from '../schedule-rows.js'
import { prepareStatements } from '../statements.js'
import { readStatistics } from '../statistics.js'
import { jobRecords, type TransferStatements } from './export-jobs.js'
import { transferTexts } from './statements.js'

/** All records of a file, as it is at the first one. Only one can be read at a time. */
export async function* recordsOf(db: Database.Database): AsyncGenerator<readonly TransferRecord[]> {
  db.exec('BEGIN')
  try {
    for (const batch of batchesOf(db)) {
      if (batch.length > 0) yield batch
      await new Promise((resolve) => setImmediate(resolve)) // signals come in between
    }
  } finally {
    db.exec('COMMIT')
  }
}

function* batchesOf(db: Database.Database): Generator<readonly TransferRecord[]> {
  const statements = prepare(db, transferTexts, new Set())
  yield [{ kind: 'counters', ...(statements.counters.get() as Omit<CountersRecord, 'kind'>) }]
  yield queueRecords(statements)
  yield* jobRecords(statements)
  yield* tokenRecords(statements)
  yield* scheduleRecords(statements)
  yield* slotRecords(statements)
  yield* allStatistics(db, statements)
  yield* failureRecords(statements)
  yield* sampleRecords(statements)
}

function queueRecords(statements: TransferStatements): readonly QueueRecord[] {
  return (statements.queues.all() as Omit<QueueRecord, 'kind'>[])
    .filter(({ pausedAt, enqueued }) => pausedAt !== null || enqueued > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((queue) => ({ kind: 'queue', ...queue }))
}

interface TokenRow {
  readonly token: string
  readonly job: number
  readonly keptUntil: number
}

function* tokenRecords(statements: TransferStatements): Generator<readonly TransferRecord[]> {
  for (let after: readonly [number, string] = [-1, '']; ; ) {
    const rows = statements.tokens.all(...after) as TokenRow[]
    yield rows.map(({ token, job, keptUntil }) => ({ kind: 'token', token, job: `j${job}`, keptUntil }))
    const last = rows.at(-1)
    if (last === undefined) return
    after = [last.keptUntil, last.token]
  }
}

type ListedRow = ScheduleRow & { readonly last_success_at: number | null; readonly totals: string }

function* scheduleRecords(statements: TransferStatements): Generator<readonly TransferRecord[]> {
  for (let after = ''; ; ) {
    const rows = statements.schedules.all(after) as ListedRow[]
    yield rows.map((row) => ({
      kind: 'schedule',
      schedule: keptScheduleOfRow(row),
      revision: row.revision,
      lastSuccessAt: row.last_success_at,
      slotTotals: JSON.parse(row.totals),
    }))
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.name
  }
}

function* slotRecords(statements: TransferStatements): Generator<readonly TransferRecord[]> {
  for (let after = { through: Number.MIN_SAFE_INTEGER, name: '' }; ; ) {
    const rows = statements.slots.all(after) as (SlotRow & { readonly schedule: string })[]
    yield rows.map((row) => ({ kind: 'slot', schedule: row.schedule, slot: slotOfRow(row) }))
    const last = rows.at(-1)
    if (last === undefined) return
    after = { through: last.through, name: `${last.schedule} ${last.slot}` }
  }
}

function* allStatistics(db: Database.Database, statements: TransferStatements) {
  const reading = prepareStatements(db)
  yield statisticsRecords(null, readStatistics(reading, null))
  for (let after = -1; ; ) {
    const minutes = statements.minutes.all(after) as { readonly minute: number }[]
    for (const { minute } of minutes) yield statisticsRecords(minute, readMinute(reading, minute))
    const last = minutes.at(-1)
    if (last === undefined) return
    after = last.minute
  }
}

function readMinute(reading: ReturnType<typeof prepareStatements>, minute: number): readonly TaskStatistics[] {
  return readStatistics(reading, minute * 60_000, minute)
}

interface GroupRow {
  readonly id: number
  readonly task: string
  readonly error: string
  readonly firstAt: number
  readonly lastAt: number
  readonly sample: number
}

function* failureRecords(statements: TransferStatements): Generator<readonly TransferRecord[]> {
  for (let after = 0; ; ) {
    const rows = statements.failures.all(after) as GroupRow[]
    for (const { id: group, sample, ...row } of rows) {
      const minutes = statements.failureMinutes.all(group) as { readonly minute: number; readonly count: number }[]
      const pairs = minutes.map(({ minute, count }) => [minute, count] as const)
      yield [{ kind: 'failure', group, ...row, sample: `j${sample}`, minutes: pairs }]
    }
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
  }
}

function* sampleRecords(statements: TransferStatements): Generator<readonly TransferRecord[]> {
  for (let from = 0; ; ) {
    const { at } = statements.nextSample.get(from) as { readonly at: number | null }
    if (at === null) return
    const hour = Math.floor(at / hourMs)
    const end = (hour + 1) * hourMs
    yield samplesRecords(hour, statements.samples.all(hour * hourMs, end) as never[])
    from = end
  }
}
