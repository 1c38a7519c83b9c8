import type { EpochMs } from '../../domain/job.js'
import { isClockTime, timeIn } from '../../domain/schedule/time.js'
import { systemClock } from '../../engine/clock.js'
import { machineZone } from '../../machine-zone.js'
import type { Store } from '../../stores/store.js'
import { type SlotJson, slotToJson } from '../../views/slot.js'
import { findSchedule } from './find-schedule.js'

/** The requested slots. */
const dayMs = 86_400_000

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
  // HH:MM is the next such time elsewhere; a history has none of those.
  const now = systemClock.now() - (isClockTime(before) ? dayMs : 0)
  const until: EpochMs | null = before === null ? null : timeIn(tz, before, '--before', now)
  const records = await store.slots(name, { limit, before: until })
  // One that was removed has a history still.
  if (records.length === 0) await findSchedule(store, name)
  return { slots: records.map(slotToJson), tz }
}
