import { RqValueError } from './errors.js'
import { plainValue, type RqValue, wholeText } from './plain-value.js'

/**
 * One call for an RQ worker, as the caller wrote it. Nothing in it is checked yet: `checkedCall` does.
 * Times are whole seconds in RQ; a limit in milliseconds is rounded up.
 */
export interface RqCall {
  /** Letters, digits, `_` and `-`: RQ from 2.1 on never runs a job with other characters. Send a UUID. */
  readonly id: string
  readonly queue: string
  /** As the worker imports it: `package.module.function`. */
  readonly func: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
  /** What the job reads as `job.meta`. */
  readonly meta: Readonly<Record<string, unknown>> | null
  /** For logs and lists; null writes the call. */
  readonly description: string | null
  /** How long it may run; null: as long as it likes. */
  readonly timeoutMs: number | null
  /** How long the result is kept; 0 deletes job and result at once, null keeps both for ever. */
  readonly resultTtlSeconds: number | null
  /** How long a failed job is kept. */
  readonly failureTtlSeconds: number
  /** How long the job may wait; null: as long as it takes. */
  readonly ttlSeconds: number | null
  readonly retries: number
  /** Before each retry; a worker with `--with-scheduler` must run. Empty: retries follow at once. */
  readonly retryIntervalsSeconds: readonly number[]
}

/** A call whose every part RQ takes. */
export interface CheckedCall extends RqCall {
  readonly args: readonly RqValue[]
  readonly kwargs: Readonly<Record<string, RqValue>>
  readonly meta: Readonly<Record<string, RqValue>> | null
}

/** 68 years in seconds: Python hands a time limit to the system as a 32-bit number. */
export const maxSeconds = 2 ** 31 - 1
const maxRetries = 1_000
const maxNameLength = 200
const maxTimeoutMs = maxSeconds * 1_000

/**
 * `given` with its values as plain copies. Throws RqValueError with the field for anything that RQ would not take. Some of it would end the
 * worker that takes the job, and the job with it: a time limit with a fraction, an empty list of intervals.
 */
export function checkedCall(given: RqCall): CheckedCall {
  // Read once: a getter cannot answer differently later.
  const call = { ...given }
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(text(call.id, 'id')))
    throw new RqValueError('id', 'may have letters, digits, "_" and "-" only, up to 200')
  checkQueue(text(call.queue, 'queue'))
  checkFunction(text(call.func, 'func'))
  if (!Array.isArray(call.args)) throw new RqValueError('args', 'is no array')
  if (call.description !== null) text(call.description, 'description')
  if (
    call.timeoutMs !== null &&
    !(typeof call.timeoutMs === 'number' && call.timeoutMs > 0 && call.timeoutMs <= maxTimeoutMs)
  )
    throw new RqValueError('timeoutMs', `is ${shown(call.timeoutMs)}, not more than 0 and up to ${maxTimeoutMs}`)
  if (call.resultTtlSeconds !== null) whole(call.resultTtlSeconds, 0, maxSeconds, 'resultTtlSeconds')
  whole(call.failureTtlSeconds, 1, maxSeconds, 'failureTtlSeconds')
  if (call.ttlSeconds !== null) whole(call.ttlSeconds, 1, maxSeconds, 'ttlSeconds')
  whole(call.retries, 0, maxRetries, 'retries')
  return {
    ...call,
    args: plainValue(call.args, 'args') as readonly RqValue[],
    kwargs: plainDict(call.kwargs, 'kwargs'),
    meta: call.meta === null ? null : plainDict(call.meta, 'meta'),
    retryIntervalsSeconds: checkedIntervals(call.retryIntervalsSeconds),
  }
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new RqValueError(path, 'is no text')
  return wholeText(value, path)
}

/** A worker lists its queues with commas between them, and RQ keeps a list of its own behind the last suffix. */
function checkQueue(name: string): void {
  const isName = /^[^\p{C}\p{Z},]+$/u.test(name) && name.length <= maxNameLength
  if (!isName || name.endsWith(':intermediate'))
    throw new RqValueError('queue', 'may have no spaces, commas or control characters, and up to 200 characters')
}

/** At least a module and a name: RQ 1.13 fails for a bare name, and RQ 2 takes it for a builtin. */
function checkFunction(name: string): void {
  if (name.length > 2 * maxNameLength || !/^[\p{L}\p{N}\p{M}_-]+(\.[\p{L}\p{N}\p{M}_-]+)+$/u.test(name))
    throw new RqValueError('func', 'must be the import path of a function, such as "package.module.function"')
}

function whole(value: unknown, min: number, max: number, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new RqValueError(path, `is ${shown(value)}, not a whole number from ${min} to ${max}`)
  return value
}

function shown(value: unknown): string {
  return typeof value === 'number' ? `${value}` : `a ${typeof value}`
}

function plainDict(value: unknown, path: string): Readonly<Record<string, RqValue>> {
  const plain = plainValue(value, path)
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain) || plain instanceof Uint8Array)
    throw new RqValueError(path, 'is no object')
  return plain as Readonly<Record<string, RqValue>>
}

function checkedIntervals(intervals: unknown): readonly number[] {
  if (!Array.isArray(intervals)) throw new RqValueError('retryIntervalsSeconds', 'is no array')
  if (intervals.length > maxRetries)
    throw new RqValueError('retryIntervalsSeconds', `has more than ${maxRetries} items`)
  return Array.from(intervals, (seconds, at) => whole(seconds, 0, maxSeconds, `retryIntervalsSeconds[${at}]`))
}
