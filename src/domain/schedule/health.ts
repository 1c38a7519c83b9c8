import type { HealthFacts } from '../health.js'
import type { EpochMs } from '../job.js'
import { nextFiring } from './due.js'
import type { NextSlot } from './rule.js'
import { onTimeMs, type StoredSchedule } from './schedule.js'

/** What health looks at in a schedule. */
export interface ScheduleHealth extends ScheduleFacts {
  /** When the next slot fires that nobody has decided; it may have passed. null: none is left, or it is paused. */
  readonly nextAt: EpochMs | null
}

type ScheduleFacts = HealthFacts['schedules'][number]

/** A paused schedule and one that has no slot left are never behind. Throws if the system cannot follow its rule. */
export function scheduleHealth(schedule: StoredSchedule, next: NextSlot, now: EpochMs): ScheduleHealth {
  const { name, plan, pausedAt, decidedUntil } = schedule
  const firing = pausedAt === null ? nextOpen(schedule, next) : null
  if (firing === null || plan === null) return notBehind(name)
  return {
    name,
    nextAt: firing.at,
    overdueMs: firing.at < now ? now - firing.at : null,
    fault: null,
    withoutSuccess: withoutSuccess(schedule, plan.definition.expectSuccessEveryMs, now),
    silentUntil: isWaitingForClock(schedule, next, now) ? decidedUntil : null,
  }
}

/** A success of the future is one of a time when the clock was ahead: nobody knows how long ago it was. */
function withoutSuccess(
  { lastSuccessAt, createdAt }: StoredSchedule,
  expectedMs: number | null,
  now: EpochMs,
): ScheduleHealth['withoutSuccess'] {
  if (expectedMs === null) return null
  const since = lastSuccessAt ?? createdAt
  if (since - now > onTimeMs) return { ms: null, expectedMs, ever: lastSuccessAt !== null }
  return now - since > expectedMs ? { ms: now - since, expectedMs, ever: lastSuccessAt !== null } : null
}

/**
 * Whether a schedule lets slots pass because they were decided while the clock was ahead. It waits until the clock is there
 * again, so that nothing fires twice.
 */
export function isWaitingForClock(schedule: StoredSchedule, next: NextSlot, now: EpochMs): boolean {
  const { decidedUntil, plan } = schedule
  if (plan === null || plan.rule.kind === 'once' || decidedUntil - now <= onTimeMs) return false
  const slot = next(now)
  return slot !== null && slot.at <= decidedUntil
}

/** The next firing outside of pauses that are over: after a resume nothing is behind. */
function nextOpen(schedule: StoredSchedule, next: NextSlot): ReturnType<typeof nextFiring> {
  let firing = nextFiring(schedule, next)
  for (const { from, until } of schedule.pauses.toSorted((a, b) => a.from - b.from)) {
    if (firing === null || firing.slot < from || firing.slot >= until) continue
    firing = nextFiring({ ...schedule, decidedUntil: until - 1 }, next)
  }
  return firing
}

/** Of a schedule that is not expected to do anything. */
function notBehind(name: string): ScheduleHealth {
  return { name, nextAt: null, overdueMs: null, withoutSuccess: null, fault: null, silentUntil: null }
}

/** Of a schedule that cannot fire. It degrades, unless it is paused: nothing is expected of it then. */
export function faulty({ name, pausedAt }: StoredSchedule, fault: string): ScheduleHealth {
  return { ...notBehind(name), fault: pausedAt === null ? fault : null }
}
