import type { Context } from '../../app/context.js'
import { NotFoundError } from '../../domain/errors.js'
import { nearestName } from '../../domain/names.js'
import type { Schedule } from '../../domain/schedule/schedule.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { type ScheduleJson, scheduleToJson } from '../../views/schedule.js'
import { say } from '../say.js'

/** Schedules as they are now: all of them, or those of these names. */
export async function shownSchedules(
  store: Store,
  { redact }: Pick<Context, 'redact'>,
  names: readonly string[] | null,
): Promise<readonly ScheduleJson[]> {
  const schedules = await (names === null ? store.schedules() : store.schedules(names))
  return schedules.map((schedule) => scheduleToJson(schedule, redact, systemClock.now()))
}

/** The schedule of that name. Throws NotFoundError with the nearest name. */
export async function findSchedule(store: Store, name: string): Promise<Schedule> {
  const [schedule] = await store.schedules([name])
  if (schedule !== undefined) return schedule
  const known = await store.schedules()
  throw noSchedule(
    name,
    known.map((candidate) => candidate.name),
  )
}

export function noSchedule(name: string, known: readonly string[]): NotFoundError {
  const nearest = nearestName(name, known)
  const hint = nearest === null ? 'see "offstage schedule list" for those there are' : `did you mean "${nearest}"?`
  return new NotFoundError('E_NO_SCHEDULE', `no schedule ${name}`, hint)
}

// A scheduler says that it is there every half minute.
const silentMs = 60_000

/** Tells people, who may wait for it, that nothing will fire. */
export async function sayIfNobodySchedules(store: Store): Promise<void> {
  const seenAt = await store.schedulerSeenAt()
  if (seenAt !== null && systemClock.now() - seenAt < silentMs) return
  say('no scheduler runs; start one: offstage workers start, or offstage schedule start')
}
