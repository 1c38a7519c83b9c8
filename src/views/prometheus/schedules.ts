import type { EpochMs } from '../../domain/job.js'
import type { SlotOutcome, StoredSchedule } from '../../domain/schedule/schedule.js'
import type { Exposition } from './exposition.js'
import { byLabel, labelValues, maxNames, otherName } from './names.js'

const outcomes: readonly Exclude<SlotOutcome, 'waiting'>[] = ['fired', 'late', 'skipped', 'missed']

/** A schedule with its next slot that nobody has decided: where no scheduler runs, it has passed. */
export type ShownSchedule = StoredSchedule & { readonly nextAt: EpochMs | null }

export function addSchedules(out: Exposition, schedules: readonly ShownSchedule[]): void {
  const label = labelValues(schedules.map(({ name }) => name))
  const named = schedules.filter(({ name }) => label(name) === name)
  const times = (metric: string, help: string, time: (schedule: ShownSchedule) => EpochMs | null) => {
    out.metric(metric, 'gauge', help)
    for (const schedule of named) {
      const at = time(schedule)
      if (at !== null) out.sample(metric, { schedule: schedule.name }, at / 1_000)
    }
  }
  times(
    'offstage_schedule_next_timestamp_seconds',
    'When the schedule fires next; it has passed if no scheduler runs.',
    ({ nextAt }) => nextAt,
  )
  times(
    'offstage_schedule_last_timestamp_seconds',
    'The last slot that has a record, whatever became of it.',
    ({ lastSlot }) => lastSlot?.slot ?? null,
  )
  times(
    'offstage_schedule_last_success_timestamp_seconds',
    'When a job of the schedule completed last.',
    ({ lastSuccessAt }) => lastSuccessAt,
  )
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
