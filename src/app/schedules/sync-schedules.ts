import type { NewSchedule } from '../../domain/schedule/schedule.js'
import type { ScheduleChanges } from '../../domain/schedule/sources.js'
import { systemClock } from '../../engine/clock.js'
import type { ScheduleStore } from '../../stores/schedule-store.js'
import type { Context } from '../context.js'
import type { ProjectTasks } from '../project-tasks.js'
import { desiredSchedules } from './desired-schedules.js'
import { listChanges, type ScheduleChange, sureChanges } from './schedule-changes.js'

/** What a sync would do. */
export interface SyncPlan {
  readonly changes: ScheduleChanges
  readonly items: readonly ScheduleChange[]
  /** Names of schedules that stay as they are, because not all of the code can be asked. */
  readonly unsure: readonly string[]
  /** Desired schedules that are faulty. */
  readonly faulty: readonly NewSchedule[]
  readonly uncheckedBecause: string | null
  /** Nothing keeps the store from having exactly the desired schedules. */
  readonly isWhole: boolean
}

/** Plans how the store gets the schedules of the code and the config. */
export async function planSync(context: Context, tasks: ProjectTasks, store: ScheduleStore): Promise<SyncPlan> {
  // First the slow part: the store may change meanwhile.
  const desired = await desiredSchedules(context, tasks, systemClock.now())
  const stored = await store.schedules()
  const { changes, unsure } = sureChanges(stored, desired, tasks.catalog)
  const faulty = desired.schedules.filter(({ fault }) => fault !== null)
  return {
    changes,
    items: listChanges(changes, stored),
    unsure,
    faulty,
    uncheckedBecause: desired.uncheckedBecause,
    isWhole: faulty.length + changes.conflicting.length + tasks.catalog.faults.length === 0,
  }
}

/** Makes the planned changes. */
export async function applySync(store: ScheduleStore, { changes }: SyncPlan): Promise<void> {
  await store.putSchedules([...changes.added, ...changes.changed])
  await store.dropSchedules(changes.removed.map(({ name }) => name))
}
