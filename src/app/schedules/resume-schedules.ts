import type { Store } from '../../stores/store.js'
import { findSchedules, listSchedules } from './find-schedule.js'
import type { PauseResult } from './pause-schedules.js'

/** Lets schedules fire again. Throws NotFoundError, and resumes none of them then. */
export async function resumeSchedules(
  store: Store,
  names: readonly string[],
  redact: readonly string[],
): Promise<PauseResult> {
  await findSchedules(store, names)
  const answers = await store.resumeSchedules(names)
  const unchanged = names.filter((_, index) => answers[index] === 'unchanged')
  return { items: await listSchedules(store, redact, names), unchanged }
}
