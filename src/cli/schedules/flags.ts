import { Flags } from '@oclif/core'
import { parseDuration } from '../../domain/duration.js'
import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import type { ScheduleOptions } from '../../domain/schedule/options.js'
import { type CatchUp, catchUps, type Overlap, overlaps } from '../../domain/schedule/schedule.js'
import { timeIn } from '../../domain/schedule/time.js'
import { timeZone } from '../../domain/schedule/zone-names.js'
import { namedZone } from '../named-zone.js'

/** The flags of a schedule, beside those of its jobs. */
export const scheduleFlags = {
  name: Flags.string({ summary: 'The name of the schedule. Default: the name of its task', helpValue: 'NAME' }),
  cron: Flags.string({
    summary: "Fire at these times: five fields, six with seconds first, or '@daily'",
    helpValue: 'EXPRESSION',
    exclusive: ['every', 'in', 'at'],
  }),
  every: Flags.string({
    summary: 'Fire at intervals of this length',
    helpValue: 'DURATION',
    exclusive: ['in', 'at'],
  }),
  'start-at': Flags.string({
    summary: 'When the intervals begin: ISO 8601, or HH:MM. Default: now',
    helpValue: 'TIME',
    dependsOn: ['every'],
  }),
  in: Flags.string({ summary: 'Fire once, after this time', helpValue: 'DURATION', exclusive: ['at'] }),
  at: Flags.string({
    summary: 'Fire once, at this time: ISO 8601, or HH:MM for the next such time',
    helpValue: 'TIME',
  }),
  tz: Flags.string({
    summary: 'The time zone, such as Europe/Berlin. Default: that of this machine',
    helpValue: 'ZONE',
  }),
  overlap: Flags.option({ options: overlaps as readonly [Overlap, ...Overlap[]] })({
    summary:
      'If the job before has not ended: skip this time, queue it, replace that job, or allow both. Default: skip',
  }),
  'catch-up': Flags.option({ options: catchUps as readonly [CatchUp, ...CatchUp[]] })({
    summary: 'Which times to make up for that passed while no scheduler ran. Default: latest',
  }),
  'max-lateness': Flags.string({ summary: 'Make up for no time that is later than this', helpValue: 'DURATION' }),
  jitter: Flags.string({ summary: 'Delay each time by up to this long, always by the same', helpValue: 'DURATION' }),
  until: Flags.string({ summary: 'Never fire after this time', helpValue: 'TIME' }),
  limit: Flags.integer({ summary: 'Fire at most this many times', helpValue: 'N' }),
  'expect-success-every': Flags.string({
    summary: '"offstage health" is degraded when its last success is longer ago',
    helpValue: 'DURATION',
  }),
  notify: Flags.string({
    summary: 'The target of the config that gets its failures, or "none". Default: onFailed',
    helpValue: 'NAME',
  }),
}

export interface ScheduleFlagValues {
  readonly cron?: string | undefined
  readonly every?: string | undefined
  readonly 'start-at'?: string | undefined
  readonly in?: string | undefined
  readonly at?: string | undefined
  readonly tz?: string | undefined
  readonly overlap?: Overlap | undefined
  readonly 'catch-up'?: CatchUp | undefined
  readonly 'max-lateness'?: string | undefined
  readonly jitter?: string | undefined
  readonly until?: string | undefined
  readonly limit?: number | undefined
  readonly 'expect-success-every'?: string | undefined
  readonly notify?: string | undefined
}

const names: Readonly<Partial<Record<keyof ScheduleOptions, string>>> = {
  startAt: '--start-at',
  catchUp: '--catch-up',
  maxLateness: '--max-lateness',
  expectSuccessEvery: '--expect-success-every',
}

/** The flag of an option. */
export function flagOf(option: keyof ScheduleOptions): string {
  return names[option] ?? `--${option}`
}

/** The options that the flags give. Throws UsageError if they give no times, and for a time that has passed. */
export function scheduleOptions(flags: ScheduleFlagValues, now: EpochMs): ScheduleOptions {
  const { cron, every, overlap, jitter, until, limit } = flags
  if ([cron, every, flags.in, flags.at].every((time) => time === undefined)) {
    throw new UsageError('E_SCHEDULE', 'a schedule has no times', 'give one of --cron, --every, --in and --at')
  }
  const tz = flags.tz === undefined ? namedZone() : timeZone(flags.tz, flagOf('tz'))
  const at = atOf(flags, tz, now)
  const given: { [Option in keyof ScheduleOptions]: ScheduleOptions[Option] | undefined } = {
    cron,
    every,
    startAt: flags['start-at'],
    at,
    tz,
    catchUp: flags['catch-up'],
    maxLateness: flags['max-lateness'],
    overlap,
    jitter,
    until,
    limit,
    expectSuccessEvery: flags['expect-success-every'],
    notify: flags.notify === 'none' ? false : flags.notify,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ScheduleOptions
}

function atOf(flags: ScheduleFlagValues, tz: string, now: EpochMs): Date | undefined {
  if (flags.in !== undefined) return new Date(now + parseDuration(flags.in, '--in'))
  if (flags.at === undefined) return undefined
  const at = timeIn(tz, flags.at, flagOf('at'), now)
  if (at > now) return new Date(at)
  throw new UsageError('E_TIME', `--at: ${new Date(at).toISOString()} has passed`, 'give a time that is to come')
}
