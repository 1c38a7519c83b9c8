import { deflateSync } from 'node:zlib'
import type { EpochMs } from '../../domain/job.js'
import { type CheckedCall, checkedCall, type RqCall } from './call.js'
import { callText, oneLine } from './call-text.js'
import { RqValueError } from './errors.js'
import { encodeCall, encodeValue, type RqSerializer } from './serializer.js'

/** The words that a producer may write; of an unknown one RQ 2 ends the worker. */
export type NewJobStatus = 'queued' | 'scheduled'

/** Fields of a hash of Redis, in the order in which Python writes them. */
export type JobHash = ReadonlyMap<string, string | Buffer>

export function jobKey(id: string): string {
  return `rq:job:${id}`
}

export function queueKey(queue: string): string {
  return `rq:queue:${queue}`
}

/**
 * The hash `rq:job:<id>` of a new job. `createdAt` in milliseconds since 1970. Throws RqValueError with the field for a call that RQ would
 * not take. No call can make a hash that ends a worker: RQ parses times, whole numbers, intervals and `meta` outside of what it
 * guards, so all of them are made here from checked numbers.
 */
export function jobHash(call: RqCall, status: NewJobStatus, createdAt: EpochMs, serializer: RqSerializer): JobHash {
  const checked = checkedCall(call)
  if (status !== 'queued' && status !== 'scheduled') throw new RqValueError('status', 'is not "queued" or "scheduled"')
  const { func, args, kwargs } = checked
  const created = rqTime(createdAt)
  return new Map<string, string | Buffer>([
    ['created_at', created],
    ['data', deflateSync(encodeCall(serializer, func, args, kwargs))],
    ['success_callback_name', ''],
    ['failure_callback_name', ''],
    ['started_at', ''],
    ['ended_at', ''],
    ['last_heartbeat', ''],
    ['worker_name', ''],
    ['origin', checked.queue],
    ['description', checked.description === null ? callText(func, args, kwargs) : oneLine(checked.description)],
    // An absent limit, and one of 0, would be RQ's 3 minutes.
    ['timeout', checked.timeoutMs === null ? '-1' : `${Math.max(1, Math.ceil(checked.timeoutMs / 1_000))}`],
    ['result_ttl', `${checked.resultTtlSeconds ?? -1}`],
    ['failure_ttl', `${checked.failureTtlSeconds}`],
    ['status', status],
    ...(status === 'queued' ? ([['enqueued_at', created]] as const) : []),
    ...(checked.ttlSeconds === null ? [] : ([['ttl', `${checked.ttlSeconds}`]] as const)),
    ...retryFields(checked),
    ...metaFields(checked, serializer),
  ])
}

/**
 * A time as RQ parses it: `2026-11-24T19:54:26.941000Z`. It takes no other offset and four digits of the year only.
 * Throws RqValueError for a time before 1970 or after 9999.
 */
export function rqTime(at: EpochMs): string {
  if (!(at >= 0 && at < 253_402_300_800_000)) throw new RqValueError('the time', `is ${at}, outside of 1970 to 9999`)
  return new Date(at).toISOString().replace('Z', '000Z')
}

/** An empty list of intervals ends the worker, and RQ reads intervals only if retries are left. */
function retryFields({ retries, retryIntervalsSeconds }: CheckedCall): [string, string][] {
  if (retries === 0) return []
  const left: [string, string] = ['retries_left', `${retries}`]
  return retryIntervalsSeconds.length === 0
    ? [left]
    : [left, ['retry_intervals', JSON.stringify(retryIntervalsSeconds)]]
}

/** Not compressed, and in the serializer of the worker: RQ 1.13 ends for another one. */
function metaFields({ meta }: CheckedCall, serializer: RqSerializer): [string, Buffer][] {
  return meta === null ? [] : [['meta', encodeValue(serializer, meta, 'meta')]]
}
