import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import type { Store } from '../../stores/store.js'

/** A schedule that is gone. */
export interface RemovedSchedule {
  readonly name: string
  /** What declares it, and brings it back with the next start or sync; null if nothing does. */
  readonly declaredIn: 'code' | 'config' | null
}

/** Removes schedules; their jobs and their history stay. */
export async function removeSchedules(
  store: Store,
  found: readonly StoredSchedule[],
): Promise<readonly RemovedSchedule[]> {
  await store.dropSchedules(found.map(({ name }) => name))
  return found.map(({ name, source }) => ({ name, declaredIn: source === 'cli' ? null : source }))
}
