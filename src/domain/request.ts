import { type Duration, parseDuration } from './duration.js'
import { UsageError } from './errors.js'
import { defaultQueue, defaultTimeoutMs, type EpochMs, type KeyPolicy, type NewJob, priorityRange } from './job.js'
import { refuseLargeArgs } from './json.js'
import { queueName } from './names.js'
import { isNotificationKey } from './notification.js'
import { refuseUnknownOptions, written } from './options.js'
import { type Backoff, defaultMaxRetries, parseMaxRetries } from './retry.js'

/** What a task says of all its jobs, checked: plain data, so that it can cross to another process. */
export interface TaskDefaults {
  readonly queue: string
  readonly priority: number
  readonly maxRetries: number
  /** null: the default waits. */
  readonly backoff: Backoff | null
  /** null: no limit. */
  readonly timeoutMs: number | null
}

export const plainTaskDefaults: TaskDefaults = {
  queue: defaultQueue,
  priority: 0,
  maxRetries: defaultMaxRetries,
  backoff: null,
  timeoutMs: defaultTimeoutMs,
}

/** Options of one job. The defaults are those of its task. */
export interface EnqueueOptions {
  /** Not before this long from now. */
  readonly delay?: Duration
  /** Not before this time: a Date, milliseconds since 1970, or ISO 8601 with `Z` or an offset. Not together with `delay`. */
  readonly at?: Date | EpochMs | string
  readonly queue?: string
  /** -100 to 100, higher first. Default 0. */
  readonly priority?: number
  /** Attempts after the first that failed. */
  readonly retries?: number
  /** Limit of one attempt; false for none. */
  readonly timeout?: Duration | false
  /** Not started within this long from when it could run, the job fails as `expired`. */
  readonly expires?: Duration
  /** No second job with this key while one is not final. */
  readonly key?: string
  /** What to do when there is one. Default `skip`: keep the older job and answer its id. */
  readonly onConflict?: KeyPolicy
  /** For how long the key stays taken after the job has ended. Default: not at all. */
  readonly keyFor?: Duration
}

const enqueueOptionNames: readonly (keyof EnqueueOptions)[] = [
  'delay',
  'at',
  'queue',
  'priority',
  'retries',
  'timeout',
  'expires',
  'key',
  'onConflict',
  'keyFor',
]

/** Checks options that are for a job to come. `place`: the call that has them. Throws UsageError that names the option. */
export function checkEnqueueOptions(options: EnqueueOptions, place: string): void {
  refuseUnknownOptions(options, enqueueOptionNames, place)
  makeJob('task', plainTaskDefaults, '[]', options, 0)
}

/** One job of `task`, from what the task says and what the caller says. Throws UsageError, which names the option. */
export function makeJob(
  task: string,
  defaults: TaskDefaults,
  argsJson: string,
  options: EnqueueOptions,
  now: EpochMs,
): NewJob {
  refuseLargeArgs(argsJson)
  const dueAt = dueTime(options, now)
  return {
    task,
    argsJson,
    queue: options.queue === undefined ? defaults.queue : queueName(options.queue),
    priority: options.priority === undefined ? defaults.priority : parsePriority(options.priority, 'priority'),
    dueAt,
    expiresAt: options.expires === undefined ? null : dueAt + parseExpires(options.expires, 'expires'),
    maxRetries: options.retries === undefined ? defaults.maxRetries : parseMaxRetries(options.retries, 'retries'),
    backoff: defaults.backoff,
    timeoutMs: options.timeout === undefined ? defaults.timeoutMs : parseTimeout(options.timeout, 'timeout'),
    key: keyOf(options),
    reservedFor: null,
    lostWithWorker: false,
    trace: null,
  }
}

function dueTime(options: EnqueueOptions, now: EpochMs): EpochMs {
  if (options.delay !== undefined && options.at !== undefined) {
    throw new UsageError('E_DUE', 'delay and at are both given', 'give one of them')
  }
  if (options.delay !== undefined) return now + parseDuration(options.delay, 'delay')
  if (options.at === undefined) return now
  const at =
    typeof options.at === 'string'
      ? timeOfText(options.at)
      : options.at instanceof Date
        ? options.at.getTime()
        : options.at
  if (!isTime(at)) {
    const hint = 'give a Date, milliseconds since 1970, or text such as 2026-12-24T18:00:00Z or 2026-12-24T18:00+01:00'
    throw new UsageError('E_DUE', `at: ${written(options.at)} is not a time`, hint)
  }
  return Math.round(at)
}

const isoTime = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** NaN for a text without an offset: it would be another time on another machine. */
function timeOfText(text: string): number {
  const day = isoTime.exec(text)?.[1]
  // Date.parse makes 2 March of 30 February.
  const midnight = Date.parse(`${day}T00:00Z`)
  if (day === undefined || !Number.isFinite(midnight)) return Number.NaN
  return new Date(midnight).toISOString().startsWith(day) ? Date.parse(text) : Number.NaN
}

// The last moment that is written with four digits of a year: later ones no Date, or no reader, may be able to show.
const latestTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Whether a value is a time that every reader can show, in milliseconds since 1970. */
export function isTime(at: unknown): at is number {
  return typeof at === 'number' && Math.abs(at) <= latestTime
}

export function parsePriority(value: number, option: string): number {
  const { lowest, highest } = priorityRange
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value
  throw new UsageError('E_PRIORITY', `${option}: ${written(value)} is not a whole number from ${lowest} to ${highest}`)
}

/** The limit of one attempt in milliseconds; null for none, which is written as `none` says. */
export function parseTimeout(value: Duration | false, option: string, none = 'false'): number | null {
  if (value === false) return null
  const timeoutMs = parseDuration(value, option)
  if (timeoutMs > 0) return timeoutMs
  throw new UsageError('E_TIMEOUT', `${option}: 0 leaves no time to run`, `write ${none} for no limit`)
}

/** How long a job may wait for its first attempt, in milliseconds. Throws UsageError. */
export function parseExpires(value: Duration, option: string): number {
  const expiresMs = parseDuration(value, option)
  if (expiresMs > 0) return expiresMs
  throw new UsageError('E_EXPIRES', `${option}: 0 leaves no time to begin`, 'leave it out for no limit')
}

/** `name` itself if it may be a key. */
export function keyName(name: string, option: string): string {
  if (isNotificationKey(name)) {
    throw new UsageError('E_KEY', `${option}: keys that begin with "offstage:notify:" are those of notifications`)
  }
  // Stores keep text as UTF-8: halves of different pairs would be one key there.
  if (typeof name === 'string' && /\p{Surrogate}/u.test(name)) {
    throw new UsageError('E_KEY', `${option} has half of a surrogate pair`)
  }
  if (typeof name === 'string' && name !== '' && name.length <= 512) return name
  throw new UsageError('E_KEY', `${option} is not a text of 1 to 512 characters`)
}

function keyOf(options: EnqueueOptions): NewJob['key'] {
  const { key: name } = options
  if (name === undefined) {
    const useless = (['onConflict', 'keyFor'] as const).find((option) => options[option] !== undefined)
    if (useless === undefined) return null
    throw new UsageError('E_KEY', `${useless} is given without a key`, 'give a key too')
  }
  const policy = options.onConflict ?? 'skip'
  if (!['skip', 'replace', 'error'].includes(policy)) {
    throw new UsageError('E_KEY', `onConflict: ${written(policy)} is none of skip, replace, error`)
  }
  return {
    name: keyName(name, 'key'),
    policy,
    forMs: options.keyFor === undefined ? 0 : parseDuration(options.keyFor, 'keyFor'),
  }
}
