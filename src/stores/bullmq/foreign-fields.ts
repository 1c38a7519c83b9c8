import type { JobState } from '../../domain/job.js'
import { type Backoff, defaultBackoff } from '../../domain/retry.js'

// What BullMQ has in the hash of a job. Any producer may have written it, so none of it is trusted to have a form.

type Fields = ReadonlyMap<string, string>

/** The arguments of a job, from its data: an array is the arguments; anything else is the only one. */
export function argsJsonOf(data: string): string {
  return data.startsWith('[') ? data : `[${data}]`
}

/** The same of a job that somebody else has added. What is no JSON is passed as text. */
export function foreignArgs(data: string): string {
  return parsed(data) === undefined ? JSON.stringify([data]) : argsJsonOf(data.trim())
}

/** The last time that a date can show. */
const lastTime = 8.64e15

export function latest(at: number): number {
  return Math.min(at, lastTime)
}

/** null: no number, or one that is no time. */
export function wholeNumber(value: number): number | null {
  return Math.abs(value) <= lastTime ? Math.trunc(value) : null
}

/** undefined: it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a job of somebody else may ask for at most. */
const mostRetries = 1_000
const longestWaitMs = 86_400_000

/** BullMQ gives out 0 before everything else, then 1, 2 and so on. */
export function priorityOf(bullmq: number): number {
  return Math.min(100, Math.max(-100, 101 - bullmq))
}

interface BullmqOptions {
  readonly delay?: number
  readonly attempts?: number
  readonly backoff?: number | { readonly type?: unknown; readonly delay?: unknown }
}

/** The options that the job was added with, if their text has this part. Anybody may have written them. */
function optionsOf(fields: Fields, part: string): BullmqOptions {
  const text = fields.get('opts') ?? ''
  if (!text.includes(part)) return {}
  const options = parsed(text)
  return typeof options === 'object' && options !== null ? options : {}
}

/** The delay that the job was added with: BullMQ sets its own field to 0 when the job is due. */
export function addedDelay(fields: Fields): number {
  const { delay } = optionsOf(fields, '"delay"')
  return typeof delay === 'number' && delay >= 0 ? delay : 0
}

/** How often a job of somebody else may be tried again. */
export function foreignRetries(fields: Fields): number {
  const attempts = Math.trunc(Number(optionsOf(fields, '"attempts"').attempts ?? 1))
  return Math.min(mostRetries, Math.max(0, (attempts || 1) - 1))
}

/** The waits that another producer asked for, if they are of a kind that BullMQ has itself. */
export function foreignBackoff(fields: Fields): Backoff | null {
  const { backoff } = optionsOf(fields, '"backoff"')
  const { type = 'fixed', delay } = typeof backoff === 'object' ? backoff : { delay: backoff }
  if (typeof delay !== 'number' || !(delay >= 0) || (type !== 'fixed' && type !== 'exponential')) return null
  const initialDelayMs = Math.min(delay, longestWaitMs)
  const isExponential = type === 'exponential'
  return { ...defaultBackoff, initialDelayMs, maxDelayMs: longestWaitMs, exponentialBackoff: isExponential }
}

/**
 * Failed attempts, those on workers of BullMQ too: `atm` counts them and a completion. What else ends an attempt of ours is taken off it.
 */
export function failuresByBullmq(state: JobState, fields: Fields): number {
  return Number(fields.get('atm') ?? 0) - (state === 'completed' ? 1 : 0)
}

/** The stack of the last failure on a worker of BullMQ. */
export function foreignStack(fields: Fields): string | null {
  const traces = parsed(fields.get('stacktrace') ?? '[]')
  const last: unknown = Array.isArray(traces) ? traces.at(-1) : null
  return typeof last === 'string' ? last : null
}
