import type { HealthFacts } from '../health.js'
import type { EpochMs } from '../job.js'
import { nextFiring } from './due.js'
import type { NextSlot } from './rule.js'
import type { StoredSchedule } from './schedule.js'

/** What health looks at in a schedule. A paused schedule and one that has no slot left are never behind. */
export function scheduleHealth(
  schedule: StoredSchedule,
  next: NextSlot,
  now: EpochMs,
): HealthFacts['schedules'][number] {
  const { name, plan, pausedAt, createdAt, lastSuccessAt } = schedule
  const firing = pausedAt === null ? nextFiring(schedule, next) : null
  if (firing === null || plan === null) return { name, overdueMs: null, withoutSuccess: null }
  const expectedMs = plan.definition.expectSuccessEveryMs
  const ms = now - (lastSuccessAt ?? createdAt)
  return {
    name,
    overdueMs: firing.at < now ? now - firing.at : null,
    withoutSuccess: expectedMs !== null && ms > expectedMs ? { ms, expectedMs, ever: lastSuccessAt !== null } : null,
  }
}
