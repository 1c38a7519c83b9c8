import { type Duration, formatDuration, parseDuration } from '../duration.js'
import { UsageError } from '../errors.js'
import type { EpochMs } from '../job.js'
import { toJsonText } from '../json.js'
import { refuseUnknownOptions, written } from '../options.js'
import { makeJob, type TaskDefaults } from '../request.js'
import { parseCron } from './cron.js'
import { offsetAt } from './local-time.js'
import type { Rule, Slot } from './rule.js'
import {
  type CatchUp,
  catchUps,
  type Overlap,
  overlaps,
  type ScheduleDefinition,
  type ScheduledOptions,
  type Timing,
} from './schedule.js'
import { slotsOf } from './slots.js'
import { timeIn } from './time.js'
import { timeZone } from './zone-names.js'

/** A schedule as people write it: `cron`, `every` or `at`, and what else differs from the default. */
export interface ScheduleOptions extends ScheduledOptions {
  /** Five fields, or six with seconds first, or `@daily` and the like, on the wall clock of `tz`. */
  readonly cron?: string
  /** An interval of fixed length, at least a second. */
  readonly every?: Duration
  /** What the interval is counted from, and its first time: ISO 8601, or `HH:MM` in `tz`. Default: now. */
  readonly startAt?: string | Date
  /** Once, at this time. */
  readonly at?: string | Date
  /**
   * The zone of its times, such as `Europe/Berlin`. Default: the `tz` of the config, else UTC; in `putSchedule()` and on the
   * command line the machine's.
   */
  readonly tz?: string
  /** The arguments of each job. Default: none. */
  readonly args?: readonly unknown[]
  /** What becomes of times that came while no scheduler was at work. Default `latest`. */
  readonly catchUp?: CatchUp
  /** A time that is later than this is not made up for. */
  readonly maxLateness?: Duration
  /** What becomes of a time while the job of an earlier one has not ended. Default `skip`. */
  readonly overlap?: Overlap
  /** Each time is put off by up to this long, always by the same. Default 0. */
  readonly jitter?: Duration
  /** No time after this one. */
  readonly until?: string | Date
  /** How often it fires at most. */
  readonly limit?: number
  /** `health` is degraded when its last success is longer ago than this. Not for `at`, and not below `every`. */
  readonly expectSuccessEvery?: Duration
  /** The target of the config's `notify` that gets its failures; false: none does. Default: `onFailed`. */
  readonly notify?: string | false
}

/** A schedule of one task, in its module. */
export interface TaskSchedule extends ScheduleOptions {
  /** Default: the task's name. */
  readonly name?: string
}

/** A schedule in the config, under its name. */
export interface ConfigSchedule extends ScheduleOptions {
  readonly task: string
}

export const scheduleOptionNames: readonly (keyof ScheduleOptions)[] = [
  'cron',
  'every',
  'startAt',
  'at',
  'tz',
  'args',
  'catchUp',
  'maxLateness',
  'overlap',
  'jitter',
  'until',
  'limit',
  'expectSuccessEvery',
  'notify',
  'queue',
  'priority',
  'retries',
  'timeout',
  'expires',
]
const shortestMs = 1_000

/** Checks a schedule of a task. Throws UsageError that names the option, as `name(option)` writes it. */
export function parseSchedule(
  options: ScheduleOptions,
  taskDefaults: TaskDefaults,
  now: EpochMs,
  name: (option: keyof ScheduleOptions) => string = (option) => `schedule.${option}`,
): { readonly definition: ScheduleDefinition; readonly rule: Rule } {
  refuseOtherThings(options, name)
  const timing = timingOf(options, now, name)
  const { queue, priority, retries, timeout, expires } = options
  const given = Object.entries({ queue, priority, retries, timeout, expires }).filter(
    ([, value]) => value !== undefined,
  )
  const jobOptions = Object.fromEntries(given) as ScheduledOptions
  const argsJson = toJsonText(options.args ?? [], name('args'))
  // Bad options are refused now, not each time that the schedule fires.
  makeJob('schedule', taskDefaults, argsJson, jobOptions, now)
  const duration = (option: 'maxLateness' | 'jitter' | 'expectSuccessEvery') => {
    const value = options[option]
    return value === undefined ? null : parseDuration(value, name(option))
  }
  const definition: ScheduleDefinition = {
    argsJson,
    options: jobOptions,
    taskDefaults: plainDefaultsOf(taskDefaults),
    timing,
    catchUp: oneOf(catchUps, options.catchUp === undefined ? 'latest' : options.catchUp, name('catchUp')),
    maxLatenessMs: duration('maxLateness'),
    overlap: oneOf(overlaps, options.overlap === undefined ? 'skip' : options.overlap, name('overlap')),
    jitterMs: duration('jitter') ?? 0,
    until: options.until === undefined ? null : timeIn(timing.tz, options.until, name('until'), now),
    limit: options.limit === undefined ? null : limitOf(options.limit, name('limit')),
    expectSuccessEveryMs: duration('expectSuccessEvery'),
    notify: options.notify === undefined ? null : notifyOf(options.notify, name('notify')),
  }
  const rule = ruleOf(timing, now, name)
  refuseVainExpectation(definition, rule, now, name)
  if (definition.maxLatenessMs !== null && definition.maxLatenessMs < shortestMs) {
    const what = `${name('maxLateness')}: ${formatDuration(definition.maxLatenessMs)} is too short`
    throw new UsageError('E_SCHEDULE', what, 'a second is the shortest: a time fires some milliseconds late')
  }
  if (timing.kind === 'every' && definition.jitterMs >= timing.everyMs) {
    const [jitter, every] = [definition.jitterMs, timing.everyMs].map(formatDuration)
    throw new UsageError('E_SCHEDULE', `${name('jitter')}: ${jitter} is not less than the interval of ${every}`)
  }
  return { definition, rule }
}

/** Refuses an expectation that a schedule cannot meet even if each of its jobs completes. */
function refuseVainExpectation(
  { timing, expectSuccessEveryMs }: ScheduleDefinition,
  rule: Rule,
  now: EpochMs,
  name: (option: keyof ScheduleOptions) => string,
): void {
  if (expectSuccessEveryMs === null) return
  const option = name('expectSuccessEvery')
  if (timing.kind === 'once') {
    throw new UsageError(
      'E_SCHEDULE',
      `${option} is for schedules that repeat`,
      `give ${name('cron')} or ${name('every')}`,
    )
  }
  const shortest = timing.kind === 'every' ? timing.everyMs : longestGapMs(rule, now)
  if (expectSuccessEveryMs >= shortest) return
  const [expected, interval] = [expectSuccessEveryMs, shortest].map(formatDuration)
  const what =
    timing.kind === 'every' ? `the interval of ${interval}` : `the longest time between two slots, ${interval}`
  throw new UsageError('E_SCHEDULE', `${option}: ${expected} is less than ${what}`, `${interval} is the shortest`)
}

const slotsLookedAt = 1_000
// A change of the clocks moves a slot by that.
const clockChangeMs = 3_600_000

/** The longest time between two of the next slots, but for a change of the clocks. */
function longestGapMs(rule: Rule, now: EpochMs): number {
  const next = slotsOf(rule)
  let [gapMs, slot] = [shortestMs, next(now)]
  for (let seen = 0; slot !== null && seen < slotsLookedAt; seen++) {
    const after: Slot | null = next(slot.at)
    const isMoved = after !== null && offsetAt(rule.tz, after.at) !== offsetAt(rule.tz, slot.at)
    if (after !== null) gapMs = Math.max(gapMs, after.at - slot.at - (isMoved ? clockChangeMs : 0))
    slot = after
  }
  return gapMs
}

/** Without what else is known of a task: this is stored. */
function plainDefaultsOf({ queue, priority, maxRetries, backoff, timeoutMs }: TaskDefaults): TaskDefaults {
  return { queue, priority, maxRetries, backoff, timeoutMs }
}

/** What only JavaScript, or a config in JSON, can hand over. */
function refuseOtherThings(options: ScheduleOptions, name: (option: keyof ScheduleOptions) => string): void {
  refuseUnknownOptions(options, scheduleOptionNames, 'schedule')
  for (const option of ['cron', 'tz'] as const) {
    const value: unknown = options[option]
    if (value === undefined || typeof value === 'string') continue
    throw new UsageError('E_SCHEDULE', `${name(option)} is no text`)
  }
  if (options.args === undefined || Array.isArray(options.args)) return
  throw new UsageError('E_SCHEDULE', `${name('args')} is no list`, 'write the arguments in call order, as a list')
}

function timingOf(options: ScheduleOptions, now: EpochMs, name: (option: keyof ScheduleOptions) => string): Timing {
  const { cron, every, at, startAt } = options
  const given = (['cron', 'every', 'at'] as const).filter((option) => options[option] !== undefined)
  if (given.length !== 1) {
    const what = given.length === 0 ? 'a schedule has no times' : `${given.map(name).join(' and ')} are both given`
    throw new UsageError('E_SCHEDULE', what, `give one of ${name('cron')}, ${name('every')} and ${name('at')}`)
  }
  if (startAt !== undefined && every === undefined) {
    throw new UsageError('E_SCHEDULE', `${name('startAt')} is for intervals`, `give ${name('every')} too`)
  }
  const tz = options.tz === undefined ? 'UTC' : timeZone(options.tz, name('tz'))
  if (cron !== undefined) {
    parseCron(cron, name('cron'))
    return { kind: 'cron', cron, tz }
  }
  if (every !== undefined) {
    const everyMs = parseDuration(every, name('every'))
    if (everyMs < shortestMs) {
      throw new UsageError(
        'E_SCHEDULE',
        `${name('every')}: ${formatDuration(everyMs)} is too short`,
        'a second is the shortest',
      )
    }
    return { kind: 'every', everyMs, startAt: startAt instanceof Date ? startAt.toISOString() : (startAt ?? null), tz }
  }
  return { kind: 'once', at: timeIn(tz, at ?? '', name('at'), now), tz }
}

function ruleOf(timing: Timing, now: EpochMs, name: (option: keyof ScheduleOptions) => string): Rule {
  if (timing.kind !== 'every') return timing
  const { everyMs, startAt, tz } = timing
  return { kind: 'every', everyMs, from: startAt === null ? now : timeIn(tz, startAt, name('startAt'), now), tz }
}

function limitOf(value: number, option: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new UsageError('E_SCHEDULE', `${option}: ${written(value)} is not a whole number above 0`)
}

function notifyOf(value: string | false, option: string): string | false {
  if (value === false || (typeof value === 'string' && value !== '')) return value
  throw new UsageError('E_SCHEDULE', `${option}: ${written(value)} is neither the name of a target nor false`)
}

function oneOf<T extends string>(allowed: readonly T[], value: T, option: string): T {
  if (allowed.includes(value)) return value
  throw new UsageError('E_SCHEDULE', `${option}: ${written(value)} is none of ${allowed.join(', ')}`)
}
