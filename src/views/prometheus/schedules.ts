import type { EpochMs } from '../../domain/job.js'
import type { SlotOutcome, StoredSchedule } from '../../domain/schedule/schedule.js'
import type { Exposition } from './exposition.js'
import { byLabel, labelValues, maxNames, otherName } from './names.js'

const outcomes: readonly Exclude<SlotOutcome, 'waiting'>[] = ['fired', 'late', 'skipped', 'missed']

export interface ShownSchedule extends StoredSchedule {
  /** The next slot that nobody has decided; where no scheduler runs, it has passed. null: it is paused, or none is left. */
  readonly nextAt: EpochMs | null
  /** It cannot fire, and is not paused. */
  readonly isFaulty: boolean
}

export function addSchedules(out: Exposition, schedules: readonly ShownSchedule[]): void {
  const label = labelValues(schedules.map(({ name }) => name))
  const named = schedules.filter(({ name }) => label(name) === name)
  const seconds = (metric: string, help: string, msOf: (schedule: ShownSchedule) => number | null) => {
    out.metric(metric, 'gauge', help)
    for (const schedule of named) {
      const ms = msOf(schedule)
      if (ms !== null) out.sample(metric, { schedule: schedule.name }, ms / 1_000)
    }
  }
  seconds(
    'offstage_schedule_next_timestamp_seconds',
    'When the schedule fires next; it has passed if no scheduler runs.',
    ({ nextAt }) => nextAt,
  )
  seconds(
    'offstage_schedule_last_timestamp_seconds',
    'The last slot that has a record, whatever became of it.',
    ({ lastSlot }) => lastSlot?.slot ?? null,
  )
  seconds(
    'offstage_schedule_last_success_timestamp_seconds',
    'When a job of the schedule completed last.',
    ({ lastSuccessAt }) => lastSuccessAt,
  )
  seconds('offstage_schedule_created_timestamp_seconds', 'When the schedule was made.', ({ createdAt }) => createdAt)
  seconds(
    'offstage_schedule_expected_success_seconds',
    'How often a success is expected, where the schedule says so and is not paused.',
    ({ nextAt, plan }) => (nextAt === null ? null : (plan?.definition.expectSuccessEveryMs ?? null)),
  )
  out.metric('offstage_schedule_faulty', 'gauge', '1 if the schedule cannot fire, and is not paused.')
  for (const { name, isFaulty } of named) out.sample('offstage_schedule_faulty', { schedule: name }, Number(isFaulty))
  out.metric('offstage_schedule_slots_total', 'counter', 'Slots by what became of them.')
  const left = schedules.length - named.length
  if (left > 0) out.comment(`${left} schedules over ${maxNames} have no times, and their slots are "${otherName}".`)
  for (const [schedule, group] of byLabel(schedules, ({ name }) => label(name))) {
    for (const outcome of outcomes) {
      const count = group.reduce((sum, { slotTotals }) => sum + (slotTotals[outcome] ?? 0), 0)
      out.sample('offstage_schedule_slots_total', { schedule, outcome }, count)
    }
  }
}
