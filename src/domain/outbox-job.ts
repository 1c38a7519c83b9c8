import { parseDuration } from './duration.js'
import { UsageError } from './errors.js'
import { defaultQueue, defaultTimeoutMs, type EpochMs, type NewJob } from './job.js'
import { refuseLargeArgs, toJsonText } from './json.js'
import { isTaskName, queueName } from './names.js'
import { notifyTask } from './notification.js'
import { isTime, keyName, parsePriority, parseTimeout } from './request.js'
import { type Backoff, defaultMaxRetries, parseMaxRetries, parseRetry, type RetryOptions } from './retry.js'
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
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
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
  const args = parsed(text)
  if (!Array.isArray(args)) throw wrong('argsJson is no JSON array')
  toJsonText(args, 'argsJson') // refuses what is too deep
  return text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function timeOf(value: unknown, field: string): EpochMs {
  if (Number.isInteger(value) && isTime(value)) return value
  throw wrong(`${field} is no time in milliseconds`)
}

function timeoutOf(value: unknown): number | null {
  return value === null ? null : parseTimeout(spanOf(value, 'timeoutMs'), 'timeoutMs')
}

/** A number of milliseconds, as rows have them: text such as `1h` is for people. */
function spanOf(value: unknown, field: string): number {
  if (typeof value === 'number') return parseDuration(value, field)
  throw wrong(`${field} is no number of milliseconds`)
}

function backoffOf(value: unknown): Backoff {
  const { initialDelayMs, maxDelayMs, exponentialBackoff, factor, jitter } = value as Fields
  const waits = {
    initialDelay: spanOf(initialDelayMs, 'backoff.initialDelayMs'),
    maxDelay: spanOf(maxDelayMs, 'backoff.maxDelayMs'),
  }
  const others = { exponentialBackoff, factor, jitter } as RetryOptions
  return parseRetry({ ...waits, ...others }, 'backoff').backoff
}

function keyOf(value: unknown): NewJob['key'] {
  const { name, policy, forMs } = value as Fields
  if (policy !== 'skip' && policy !== 'replace' && policy !== 'error') throw wrong('key.policy is no policy')
  return { name: keyName(name as string, 'key'), policy, forMs: spanOf(forMs, 'key.forMs') }
}

/** A trace is no reason to refuse a job. */
function traceOf(value: unknown): string | null {
  const context = typeof value === 'string' ? parseTrace(value) : null
  return context === null ? null : traceText(context)
}
