import type { EpochMs } from '../../domain/job.js'
import type { JsonValue } from '../../domain/json.js'
import { decodeValue, inflated, type RqSerializer } from './serializer.js'
import { type PythonFailure, pythonFailure } from './traceback.js'

/** How a job ended. */
export type RqOutcome =
  | { readonly state: 'finished'; readonly value: JsonValue }
  /** Finished, but what it returned cannot be read: `problem` says why, `bytes` is what the worker wrote. */
  | { readonly state: 'unreadable'; readonly problem: string; readonly bytes: Uint8Array }
  | ({ readonly state: 'failed' } & PythonFailure)
  | { readonly state: 'stopped' }
  | { readonly state: 'canceled' }

/** Where a job is. `other` is a word of RQ that is not known here: it is not the end. */
export type RqState =
  | RqOutcome
  | { readonly state: 'queued' | 'started' | 'deferred' | 'scheduled' }
  | { readonly state: 'other'; readonly status: string }
  /** There is no hash: it finished with a result that is not kept, has expired, was deleted, or was never there. */
  | { readonly state: 'gone' }

/** Fields of a hash or of an entry of a stream, as a client for bytes reads them. */
export type RedisFields = Readonly<Record<string, Uint8Array>>

/** A newest entry of `rq:results:<id>`: what XREVRANGE answers. */
export interface RqResult {
  /** `<milliseconds>-<n>`. */
  readonly entryId: string
  readonly fields: RedisFields
}

// RQ writes type 2 and this text for a job that was stopped.
const stoppedText = 'Job stopped by user, work-horse terminated.'

/** When a result was written, by the clock of Redis. */
export function resultTime({ entryId }: RqResult): EpochMs {
  return Number(/^\d+/.exec(entryId)?.[0] ?? Number.NaN)
}

/** Where a job is, by its hash (empty if there is none) and its newest result, if there is one. Never throws. */
export function jobState(hash: RedisFields, latest: RqResult | null, serializer: RqSerializer): RqState {
  if (Object.keys(hash).length === 0) return { state: 'gone' }
  const status = textOf(hash, 'status') ?? ''
  switch (status) {
    case 'queued':
    case 'started':
    case 'deferred':
    case 'scheduled':
      return { state: status }
    case 'stopped':
    case 'canceled':
      return { state: status }
    case 'finished':
      return latest === null ? returned(hash.result ?? null, serializer) : succeeded(latest.fields, serializer)
    case 'failed':
      // Before RQ 1.12, and before Redis 5, the traceback is in the hash.
      return failed(latest === null ? hash.exc_info : exceptionOf(latest.fields))
    default:
      return { state: 'other', status }
  }
}

/** How a job ended by an entry of its results alone; null for one that is no end, such as a retry. Never throws. */
export function resultOutcome({ fields }: RqResult, serializer: RqSerializer): RqOutcome | null {
  switch (textOf(fields, 'type')) {
    case '1':
      return succeeded(fields, serializer)
    // 5: all retries are used up.
    case '2':
    case '5':
      return failed(exceptionOf(fields))
    case '3':
      return { state: 'stopped' }
    default:
      return null
  }
}

function succeeded(fields: RedisFields, serializer: RqSerializer): RqOutcome {
  const base64 = textOf(fields, 'return_value')
  // RQ writes none for None.
  return returned(base64 === null ? null : Buffer.from(base64, 'base64'), serializer)
}

function returned(bytes: Uint8Array | null, serializer: RqSerializer): RqOutcome {
  if (bytes === null) return { state: 'finished', value: null }
  try {
    return { state: 'finished', value: decodeValue(serializer, bytes) }
  } catch (thrown) {
    return { state: 'unreadable', problem: thrown instanceof Error ? thrown.message : String(thrown), bytes }
  }
}

function exceptionOf(fields: RedisFields): Uint8Array | undefined {
  const base64 = textOf(fields, 'exc_string')
  return base64 === null ? undefined : Buffer.from(base64, 'base64')
}

function failed(exception: Uint8Array | undefined): RqOutcome {
  const text = tracebackText(exception)
  return text.trim() === stoppedText ? { state: 'stopped' } : { state: 'failed', ...pythonFailure(text) }
}

function tracebackText(exception: Uint8Array | undefined): string {
  if (exception === undefined) return ''
  try {
    return inflated(exception).toString('utf8')
  } catch {
    return 'The traceback is too large to be read.'
  }
}

function textOf(fields: RedisFields, name: string): string | null {
  const bytes = Object.hasOwn(fields, name) ? fields[name] : undefined
  return bytes === undefined ? null : Buffer.from(bytes).toString('utf8')
}
