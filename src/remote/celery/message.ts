import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { pythonRepr } from '../python-repr.js'

/** One call of a task of Celery. Times are those of the machine's clock. */
export interface CeleryCall {
  /** A UUID: the id of the task over there, and the key of its result. */
  readonly id: string
  /** As its workers have registered it: `tasks.add`. */
  readonly task: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
  /** Not before; null: at once. */
  readonly eta: EpochMs | null
  /** Not after; null: whenever. */
  readonly expiresAt: EpochMs | null
  /** Milliseconds after which the worker kills it (`hard`) or raises SoftTimeLimitExceeded in it (`soft`). */
  readonly limits: { readonly hard: number | null; readonly soft: number | null }
  readonly ignoreResult: boolean
  /** Who sends it: `PID@HOST`. */
  readonly origin: string
}

/**
 * The headers of a message of protocol 2. Each is of the type that Celery expects: a worker that meets an id that is missing, or a
 * time limit that is no pair, ends with all its tasks.
 */
export function headersOf(call: CeleryCall): Readonly<Record<string, unknown>> {
  const { id, task, eta, expiresAt, limits, args, kwargs, ignoreResult, origin } = call
  return {
    lang: 'js',
    task,
    id,
    root_id: id,
    parent_id: null,
    group: null,
    group_index: null,
    shadow: null,
    eta: eta === null ? null : celeryTime(eta),
    expires: expiresAt === null ? null : celeryTime(expiresAt),
    retries: 0,
    timelimit: [secondsOf(limits.hard), secondsOf(limits.soft)],
    argsrepr: cut(pythonRepr(args, 'tuple')),
    kwargsrepr: cut(pythonRepr(kwargs)),
    origin,
    ignore_result: ignoreResult,
  }
}

/** Always three elements: with two, a worker on Redis dies. */
export function bodyOf({ args, kwargs }: Pick<CeleryCall, 'args' | 'kwargs'>): string {
  refuseTypedValues([args, kwargs])
  return JSON.stringify([args, kwargs, { callbacks: null, errbacks: null, chain: null, chord: null }])
}

/** Six digits of a second and a numeric offset: Celery 5.2 reads three digits and Z as microseconds. */
export function celeryTime(at: EpochMs): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 1) {
    throw new UsageError('E_REMOTE', `${at} is no time that Python has`, 'use one from the year 1 to 9999')
  }
  return date.toISOString().replace('Z', '000+00:00')
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000
}

// As Python's producer cuts them: headers of AMQP have a limit.
const maxRepr = 1_024

function cut(text: string): string {
  return text.length <= maxRepr ? text : `${text.slice(0, maxRepr - 3)}...`
}

// What kombu 5.3 and later makes of such an object. With another type it drops the whole message.
const knownTypes: readonly unknown[] = ['datetime', 'date', 'time', 'decimal', 'uuid', 'bytes', 'base64']

function refuseTypedValues(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const names = Object.keys(value)
  if (!Array.isArray(value) && names.length === 2 && '__type__' in value && '__value__' in value) {
    const { __type__: type } = value
    if (!knownTypes.includes(type)) {
      const what = `an argument has the __type__ ${JSON.stringify(type)}`
      throw new UsageError('E_REMOTE', what, 'Celery drops a task with a type that it does not know')
    }
  }
  for (const each of Object.values(value)) refuseTypedValues(each)
}
