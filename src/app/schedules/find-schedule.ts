import { NotFoundError } from '../../domain/errors.js'
import { nearestName } from '../../domain/names.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { type ScheduleJson, scheduleToJson } from '../../views/schedule.js'

/** Schedules as they are now: all of them, or those of these names. */
export async function listSchedules(
  store: Store,
  redact: readonly string[],
  names: readonly string[] | null = null,
): Promise<readonly ScheduleJson[]> {
  const schedules = await (names === null ? store.schedules() : store.schedules(names))
  return schedules.map((schedule) => scheduleToJson(schedule, redact, systemClock.now()))
}

/** The schedule of that name. Throws NotFoundError with the nearest name. */
export async function findSchedule(store: Store, name: string): Promise<StoredSchedule> {
  const [schedule] = await store.schedules([name])
  if (schedule !== undefined) return schedule
  throw noSchedule(name, await store.schedules())
}

/** The schedules of these names. Throws NotFoundError with the nearest name if one is missing. */
export async function findSchedules(store: Store, names: readonly string[]): Promise<readonly StoredSchedule[]> {
  const known = await store.schedules()
  return names.map((name) => {
    const schedule = known.find((candidate) => candidate.name === name)
    if (schedule === undefined) throw noSchedule(name, known)
    return schedule
  })
}

export function noSchedule(name: string, known: readonly StoredSchedule[]): NotFoundError {
  const nearest = nearestName(
    name,
    known.map((schedule) => schedule.name),
  )
  const hint = nearest === null ? 'see "offstage schedule list" for those there are' : `did you mean "${nearest}"?`
  return new NotFoundError('E_NO_SCHEDULE', `no schedule ${name}`, hint)
}

// A scheduler says that it is there every half minute.
const silentMs = 60_000

/** Whether a scheduler has been there within the last minute. */
export async function isSchedulerAlive(store: Store, now = systemClock.now()): Promise<boolean> {
  const seenAt = await store.schedulerSeenAt()
  // A time to come is one of a clock that was ahead.
  return seenAt !== null && Math.abs(now - seenAt) < silentMs
}
