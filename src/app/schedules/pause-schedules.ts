import type { Store } from '../../stores/store.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { findSchedules, listSchedules } from './find-schedule.js'

/** How schedules are after a change, and which of them were so before. */
export interface PauseResult {
  readonly items: readonly ScheduleJson[]
  readonly unchanged: readonly string[]
}

/**
 * Pauses schedules: their slots are left out, and recorded as such. Throws NotFoundError, and pauses none of them then.
 */
export async function pauseSchedules(
  store: Store,
  names: readonly string[],
  redact: readonly string[],
): Promise<PauseResult> {
  await findSchedules(store, names)
  const answers = await store.pauseSchedules(names)
  const unchanged = names.filter((_, index) => answers[index] === 'unchanged')
  return { items: await listSchedules(store, redact, names), unchanged }
}
