import { randomBytes } from 'node:crypto'
import type { Clock } from '../domain/clock.js'
import { UsageError } from '../domain/errors.js'
import { describeFailure } from '../domain/failure.js'
import { outboxText } from '../domain/outbox-job.js'
import { type EnqueueOptions, makeJob } from '../domain/request.js'
import { acceptArgsAtOnce, type LoadedTask } from '../engine/task-process/loaded-task.js'
import { processTracing } from '../engine/tracing.js'
import { insertOutboxRow, outboxTable } from '../stores/outbox-table.js'
import { fileOfHandle, isFoundImpatient, isSameFile, type SqliteHandle, write } from './outbox-handle.js'
import { warn } from './warn.js'

export type { SqliteHandle }

/** A task whose jobs are written into an outbox. */
export type OutboxTask = Pick<LoadedTask, 'name' | 'schema' | 'defaults'>

/** The files that an engine moves rows from, and the identity of the store that it moves them into. */
export interface OutboxPlace {
  readonly files: readonly string[]
  readonly store: string
}

/**
 * Writes a row for a job into the outbox of the database, with the connection's own transaction. Throws UsageError, and what the driver throws; nothing is written then.
 */
export function enqueueIn(
  db: SqliteHandle,
  task: OutboxTask,
  argsJson: string,
  options: EnqueueOptions,
  { files, store }: OutboxPlace,
  clock: Clock,
): void {
  const file = fileOfHandle(db)
  refuseOtherFile(file, files)
  warnOfImpatience(db, file)
  writeRow(db, task, argsJson, options, store, clock)
}

/** The same, whatever database it is. */
export function writeRow(
  db: SqliteHandle,
  task: OutboxTask,
  argsJson: string,
  options: EnqueueOptions,
  store: string,
  clock: Clock,
): void {
  fileOfHandle(db) // refuses a connection that cannot take the row
  refuseArgs(task, argsJson)
  const now = clock.now()
  const made = makeJob(task.name, task.defaults, argsJson, options, now)
  if (made.key?.policy === 'error') {
    throw new UsageError(
      'E_OUTBOX',
      'enqueueIn: onConflict "error" has nobody to answer: whether the key is held is known after the commit',
      'use "skip" or "replace"',
    )
  }
  const span = processTracing()?.enqueue({ task: made.task, queue: made.queue }, null) ?? null
  const job = span === null ? made : { ...made, trace: span.trace }
  // The table too, each time: a transaction that made it may be rolled back, which takes it away again.
  try {
    write(db, outboxTable, insertOutboxRow, [randomBytes(16).toString('hex'), outboxText(job), now, store])
  } catch (thrown) {
    span?.end(null, describeFailure(thrown))
    throw thrown
  }
  span?.end(null)
}

const warned = new Set<string>()

/** No refusal: an application may try again by itself. But node:sqlite has no timeout by default, and tests meet no lock. */
function warnOfImpatience(db: SqliteHandle, file: string): void {
  if (warned.has(file) || !isFoundImpatient(db)) return
  warned.add(file)
  warn(
    `outbox ${file}: a connection without a busy timeout fails with SQLITE_BUSY whenever the engine writes to the file; ` +
      'open it by new DatabaseSync(path, { timeout: 5000 }), or run PRAGMA busy_timeout = 5000 on it',
  )
}

function refuseOtherFile(file: string, files: readonly string[]): void {
  if (files.some((known) => known === file || isSameFile(known, file))) return
  throw new UsageError(
    'E_OUTBOX',
    file === ''
      ? 'enqueueIn: the database is in memory, from where no other process could read the row'
      : `enqueueIn: the engine does not move rows from ${file}`,
    'give createEngine the path of the database file as outbox',
  )
}

function refuseArgs(task: OutboxTask, argsJson: string): void {
  const accepted = acceptArgsAtOnce(task, argsJson)
  if (accepted === null) {
    throw new UsageError(
      'E_OUTBOX',
      `enqueueIn: the schema of ${task.name} answers later, and a transaction cannot wait for it`,
      'use a schema without asynchronous checks for this task',
    )
  }
  if ('refused' in accepted) throw new UsageError('E_ARGUMENTS', `${task.name}: ${accepted.refused}`)
}
