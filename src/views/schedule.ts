import type { EpochMs } from '../domain/job.js'
import type { JsonValue } from '../domain/json.js'
import { redactArgs } from '../domain/redact-command.js'
import { nextFiring } from '../domain/schedule/due.js'
import { setBack } from '../domain/schedule/revise.js'
import { type NextSlot, ruleText } from '../domain/schedule/rule.js'
import type { StoredSchedule } from '../domain/schedule/schedule.js'
import { slotsOf } from '../domain/schedule/slots.js'
import { isoTime } from './iso-time.js'
import { settingsToJson } from './job.js'
import { slotToJson } from './slot.js'

/** A schedule as programs read it. */
export function scheduleToJson(schedule: StoredSchedule, redactMore: readonly string[], now: EpochMs) {
  const { name, task, source, plan, pausedAt, fired, waiting, lastSlot } = schedule
  const { nextAt, fault } = nextOf(schedule, now)
  const definition = plan?.definition
  const args = JSON.parse(definition?.argsJson ?? '[]') as JsonValue
  return {
    name,
    task,
    source,
    rule: plan === null ? null : ruleText(plan.rule),
    tz: plan?.rule.tz ?? null,
    nextAt: isoTime(nextAt),
    paused: pausedAt !== null,
    ended: fault === null && nextAt === null ? whyEnded(schedule) : null,
    lastSlot: lastSlot === null ? null : slotToJson(lastSlot),
    fault,
    args: redactArgs(task, args, redactMore) as JsonValue[],
    ...settingsToJson(task, args, redactMore),
    catchUp: definition?.catchUp ?? null,
    maxLatenessMs: definition?.maxLatenessMs ?? null,
    overlap: definition?.overlap ?? null,
    jitterMs: definition?.jitterMs ?? null,
    until: isoTime(definition?.until ?? null),
    limit: definition?.limit ?? null,
    expectSuccessEveryMs: definition?.expectSuccessEveryMs ?? null,
    notify: definition?.notify ?? null,
    fired,
    waiting,
  }
}

/** What `status` shows of schedules. */
export function schedulesAtAGlance(schedules: readonly StoredSchedule[], now: EpochMs) {
  return schedules.map((schedule) => {
    const { name, task, rule, tz, nextAt, paused, ended, lastSlot, fault } = scheduleToJson(schedule, [], now)
    return { name, task, rule, tz, nextAt, paused, ended, lastSlot, fault }
  })
}

/** Why a schedule has no time to come. */
function whyEnded({ plan, fired }: StoredSchedule): string {
  const { limit = null, until = null } = plan?.definition ?? {}
  if (plan?.rule.kind === 'once') return 'it was for one time'
  if (limit !== null && fired >= limit) return `its limit of ${limit} is reached`
  return until === null ? 'its rule has no time to come' : `it was until ${isoTime(until)}`
}

export type ScheduleJson = ReturnType<typeof scheduleToJson>

/**
 * The next slot, or why there is none. A scheduler decides slots that have passed, but of
 * one that comes once that is all there is.
 */
function nextOf(
  schedule: StoredSchedule,
  now: EpochMs,
): { readonly nextAt: EpochMs | null; readonly fault: string | null } {
  if (schedule.plan === null) return { nextAt: null, fault: schedule.fault }
  let next: NextSlot
  try {
    next = slotsOf(schedule.plan.rule)
  } catch (thrown) {
    // What could be followed once, such as a zone that the system knew.
    return { nextAt: null, fault: thrown instanceof Error ? thrown.message : String(thrown) }
  }
  // What a clock that was ahead has decided is decided anew by the next scheduler.
  const known = setBack(schedule, now)?.decidedUntil ?? schedule.decidedUntil
  const decidedUntil = schedule.plan.rule.kind === 'once' ? known : Math.max(known, now)
  return { nextAt: nextFiring({ ...schedule, decidedUntil }, next)?.slot ?? null, fault: null }
}
