import { UsageError } from './errors.js'
import { defaultQueue, defaultTimeoutMs, type EpochMs, type NewJob } from './job.js'
import { refuseLargeArgs } from './json.js'
import { isTaskName, queueName } from './names.js'
import { notifyTask } from './notification.js'
import { keyName, parsePriority } from './request.js'
import { type Backoff, defaultMaxRetries, parseMaxRetries } from './retry.js'
import { shellTask } from './shell-task.js'
import { parseTrace, traceText } from './trace-context.js'

/** A job as a row of an outbox has it: without what only a store knows. */
export function outboxText({ reservedFor: _, lostWithWorker: __, token: ___, ...job }: NewJob): string {
  return JSON.stringify(job)
}

/**
 * The job of a row. Whoever writes to the application's file can write rows, so everything is checked, and no row becomes a
 * command. What is left out has its default, as rows of other versions of this program may have it. Throws UsageError.
 */
export function parseOutboxText(text: string, now: EpochMs): NewJob {
  const row = objectOf(text)
  return {
    task: taskOf(row.task),
    argsJson: argsOf(row.argsJson),
    queue: queueName((row.queue ?? defaultQueue) as string),
    priority: parsePriority((row.priority ?? 0) as number, 'priority'),
    dueAt: timeOf(row.dueAt ?? now, 'dueAt'),
    expiresAt: row.expiresAt == null ? null : timeOf(row.expiresAt, 'expiresAt'),
    maxRetries: parseMaxRetries((row.maxRetries ?? defaultMaxRetries) as number, 'maxRetries'),
    backoff: row.backoff == null ? null : backoffOf(row.backoff),
    timeoutMs: row.timeoutMs === undefined ? defaultTimeoutMs : timeoutOf(row.timeoutMs),
    key: row.key == null ? null : keyOf(row.key),
    reservedFor: null,
    lostWithWorker: false,
    trace: traceOf(row.trace),
  }
}

function wrong(what: string): UsageError {
  return new UsageError('E_OUTBOX', what)
}

type Fields = Readonly<Record<string, unknown>>

function objectOf(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  } catch {} // as any other text
  throw wrong('it is no JSON object')
}

function taskOf(task: unknown): string {
  if (typeof task !== 'string' || !isTaskName(task)) throw wrong('task is no name of a task')
  if (task === shellTask || task === notifyTask) throw wrong(`a row cannot become a job of ${task}`)
  return task
}

function argsOf(text: unknown): string {
  if (typeof text !== 'string') throw wrong('argsJson is no text')
  refuseLargeArgs(text)
  try {
    if (Array.isArray(JSON.parse(text))) return text
  } catch {} // as any other text
  throw wrong('argsJson is no JSON array')
}

function timeOf(value: unknown, field: string): EpochMs {
  if (Number.isSafeInteger(value)) return value as EpochMs
  throw wrong(`${field} is no time in milliseconds`)
}

function timeoutOf(value: unknown): number | null {
  if (value === null || (Number.isSafeInteger(value) && (value as number) > 0)) return value as number | null
  throw wrong('timeoutMs is no time in milliseconds')
}

function backoffOf(value: unknown): Backoff {
  const { initialDelayMs, maxDelayMs, exponentialBackoff, factor, jitter } = value as Fields
  const isWhole = [initialDelayMs, maxDelayMs, factor].every((number) => Number.isFinite(number) && Number(number) >= 0)
  if (!isWhole || typeof exponentialBackoff !== 'boolean' || typeof jitter !== 'boolean') {
    throw wrong('backoff is no backoff')
  }
  return {
    initialDelayMs: initialDelayMs as number,
    maxDelayMs: maxDelayMs as number,
    exponentialBackoff,
    factor: factor as number,
    jitter,
  }
}

function keyOf(value: unknown): NewJob['key'] {
  const { name, policy, forMs } = value as Fields
  if (policy !== 'skip' && policy !== 'replace' && policy !== 'error') throw wrong('key.policy is no policy')
  if (!Number.isSafeInteger(forMs) || (forMs as number) < 0) throw wrong('key.forMs is no time in milliseconds')
  return { name: keyName(name as string, 'key'), policy, forMs: forMs as number }
}

/** A trace is no reason to refuse a job. */
function traceOf(value: unknown): string | null {
  const context = typeof value === 'string' ? parseTrace(value) : null
  return context === null ? null : traceText(context)
}
