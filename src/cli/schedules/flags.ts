import { Flags } from '@oclif/core'
import { parseDuration } from '../../domain/duration.js'
import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { type ScheduleOptions, timeOf } from '../../domain/schedule/options.js'
import { type CatchUp, catchUps, type Overlap, overlaps } from '../../domain/schedule/schedule.js'

/** The flags of a schedule, beside those of its jobs. */
export const scheduleFlags = {
  name: Flags.string({ summary: "What it is called; its task's name unless said", helpValue: 'NAME' }),
  cron: Flags.string({
    summary: "At these times: five fields, six with seconds first, or '@daily'",
    helpValue: 'EXPRESSION',
    exclusive: ['every', 'in', 'at'],
  }),
  every: Flags.string({
    summary: 'At intervals of fixed length',
    helpValue: 'DURATION',
    exclusive: ['in', 'at'],
  }),
  'start-at': Flags.string({
    summary: 'When the intervals begin: ISO 8601, or HH:MM; now unless said',
    helpValue: 'TIME',
    dependsOn: ['every'],
  }),
  in: Flags.string({ summary: 'Once, after this long', helpValue: 'DURATION', exclusive: ['at'] }),
  at: Flags.string({ summary: 'Once, at this time: ISO 8601, or HH:MM for the next one', helpValue: 'TIME' }),
  tz: Flags.string({ summary: "The zone of its times; the machine's unless said", helpValue: 'ZONE' }),
  overlap: Flags.option({ options: overlaps as readonly [Overlap, ...Overlap[]] })({
    summary: 'While an earlier job has not ended: leave the time out, let it wait, end that job, or run both',
  }),
  'catch-up': Flags.option({ options: catchUps as readonly [CatchUp, ...CatchUp[]] })({
    summary: 'Of times that came while no scheduler was at work, make up for none, the latest, or each',
  }),
  'max-lateness': Flags.string({ summary: 'What is later than this is not made up for', helpValue: 'DURATION' }),
  jitter: Flags.string({ summary: 'Put each time off by up to this long', helpValue: 'DURATION' }),
  until: Flags.string({ summary: 'No time after this one', helpValue: 'TIME' }),
  limit: Flags.integer({ summary: 'How often it fires at most', helpValue: 'N' }),
  'expect-success-every': Flags.string({
    summary: '"offstage health" is degraded when its last success is longer ago',
    helpValue: 'DURATION',
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
  const { cron, every, tz, overlap, jitter, until, limit } = flags
  if ([cron, every, flags.in, flags.at].every((time) => time === undefined)) {
    throw new UsageError('E_SCHEDULE', 'a schedule has no times', 'give one of --cron, --every, --in and --at')
  }
  const at = atOf(flags, now)
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
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ScheduleOptions
}

function atOf(flags: ScheduleFlagValues, now: EpochMs): Date | undefined {
  if (flags.in !== undefined) return new Date(now + parseDuration(flags.in, '--in'))
  if (flags.at === undefined) return undefined
  const at = timeOf(flags.at, flags.tz, flagOf, 'at', now)
  if (at > now) return new Date(at)
  throw new UsageError('E_TIME', `--at: ${new Date(at).toISOString()} has passed`, 'give a time that is to come')
}
