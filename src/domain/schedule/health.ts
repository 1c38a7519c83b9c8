import type { HealthFacts } from '../health.js'
import type { EpochMs } from '../job.js'
import { nextFiring } from './due.js'
import type { NextSlot } from './rule.js'
import type { StoredSchedule } from './schedule.js'

/** What health looks at in a schedule. */
export interface ScheduleHealth extends ScheduleFacts {
  /** When the next slot fires that nobody has decided; it may have passed. null: none is left, or it is paused. */
  readonly nextAt: EpochMs | null
}

type ScheduleFacts = HealthFacts['schedules'][number]

/** A paused schedule and one that has no slot left are never behind. Throws if the system cannot follow its rule. */
export function scheduleHealth(schedule: StoredSchedule, next: NextSlot, now: EpochMs): ScheduleHealth {
  const { name, plan, pausedAt, createdAt, lastSuccessAt } = schedule
  const firing = pausedAt === null ? nextFiring(schedule, next) : null
  if (firing === null || plan === null) return notBehind(name)
  const expectedMs = plan.definition.expectSuccessEveryMs
  const ms = now - (lastSuccessAt ?? createdAt)
  return {
    name,
    nextAt: firing.at,
    overdueMs: firing.at < now ? now - firing.at : null,
    fault: null,
    withoutSuccess: expectedMs !== null && ms > expectedMs ? { ms, expectedMs, ever: lastSuccessAt !== null } : null,
  }
}

/** Of a schedule that is not expected to do anything. */
function notBehind(name: string): ScheduleHealth {
  return { name, nextAt: null, overdueMs: null, withoutSuccess: null, fault: null }
}

/** Of a schedule that cannot fire. It degrades, unless it is paused: nothing is expected of it then. */
export function faulty({ name, pausedAt }: StoredSchedule, fault: string): ScheduleHealth {
  return { ...notBehind(name), fault: pausedAt === null ? fault : null }
}
