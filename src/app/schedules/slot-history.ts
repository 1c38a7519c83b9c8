import type { EpochMs } from '../../domain/job.js'
import { isClockTime, timeIn } from '../../domain/schedule/time.js'
import { systemClock } from '../../engine/clock.js'
import { machineZone } from '../../machine-zone.js'
import type { Store } from '../../stores/store.js'
import { type SlotJson, slotToJson } from '../../views/slot.js'
import { findSchedule } from './find-schedule.js'

/** The requested slots. */
export interface HistoryRequest {
  readonly name: string
  readonly limit: number
  readonly before: string | null
}

/** What became of slots, the newest first, and the zone to show them in. Throws NotFoundError. */
export async function slotHistory(
  store: Store,
  { name, limit, before }: HistoryRequest,
): Promise<{ readonly slots: readonly SlotJson[]; readonly tz: string }> {
  const [schedule] = await store.schedules([name])
  const tz = schedule?.plan?.rule.tz ?? machineZone()
  const until = before === null ? null : timeBefore(tz, before, systemClock.now())
  const records = await store.slots(name, { limit, before: until })
  // One that was removed has a history still.
  if (records.length === 0) await findSchedule(store, name)
  return { slots: records.map(slotToJson), tz }
}

/** A time, of which HH:MM is the last that has been: a history has none of those that come. */
function timeBefore(tz: string, before: string, now: EpochMs): EpochMs {
  const timeFrom = (from: EpochMs) => timeIn(tz, before, '--before', from)
  if (!isClockTime(before)) return timeFrom(now)
  // A day has 25 hours when the clocks go back, so there may be two.
  const first = timeFrom(now - longestDayMs)
  const second = timeFrom(first)
  return second <= now ? second : first
}

const longestDayMs = 25 * 3_600_000
