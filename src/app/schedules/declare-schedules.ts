import type { EpochMs } from '../../domain/job.js'
import type { NewSchedule, StoredSchedule } from '../../domain/schedule/schedule.js'
import type { Catalog } from '../../engine/ipc/messages.js'
import type { ScheduleStore } from '../../stores/schedule-store.js'
import type { ProjectTasks } from '../project-tasks.js'
import { desiredSchedules, type ScheduleSources } from './desired-schedules.js'
import { listChanges, type ScheduleChange, sureChanges } from './schedule-changes.js'

/** What happens as the schedules of code and config come into the store. */
export type DeclareEvent =
  /** The schemas of the tasks have not checked the arguments. */
  | { readonly kind: 'schedules-unchecked'; readonly why: string }
  | {
      readonly kind: 'schedules-declared'
      readonly changes: readonly ScheduleChange[]
      /** Declared, but one of that name was made by hand and stays. */
      readonly conflicting: readonly NewSchedule[]
      /** No longer declared. They fire still: a module that is not there today may be a mistake. */
      readonly undeclared: readonly StoredSchedule[]
      /** Declared before, and faulty still. */
      readonly faulty: readonly NewSchedule[]
      /** Stored schedules of tasks that this project does not have. */
      readonly unknown: readonly StoredSchedule[]
    }

/**
 * Brings the schedules of code and config into the store as a scheduler starts. Removes none, and does nothing after
 * the signal.
 */
export async function declareSchedules(
  context: ScheduleSources,
  tasks: ProjectTasks,
  store: ScheduleStore,
  now: EpochMs,
  listener: (event: DeclareEvent) => void,
  signal?: AbortSignal,
): Promise<void> {
  // Where there is no project, nothing says which schedules should be there.
  if (context.project === null) return
  const desired = await desiredSchedules(context, tasks, now)
  // The processes that were asked have been ended: no answer means nothing.
  if (signal?.aborted) return
  if (desired.uncheckedBecause !== null) listener({ kind: 'schedules-unchecked', why: desired.uncheckedBecause })
  const stored = await store.schedules()
  const { changes } = sureChanges(stored, desired, tasks.catalog)
  const { added, changed, removed, conflicting } = changes
  await store.putSchedules([...added, ...changed])
  const made = listChanges({ ...changes, removed: [] }, stored)
  listener({
    kind: 'schedules-declared',
    changes: made,
    conflicting,
    undeclared: removed,
    faulty: stillFaulty(desired.schedules, made),
    unknown: ofUnknownTasks(stored, tasks.catalog),
  })
}

function stillFaulty(schedules: readonly NewSchedule[], made: readonly ScheduleChange[]): readonly NewSchedule[] {
  const changed = new Set(made.map(({ name }) => name))
  return schedules.filter(({ name, fault }) => fault !== null && !changed.has(name))
}

/** Those made by hand: one of code or config is faulty, or has left with its task. Empty while a module cannot be loaded. */
function ofUnknownTasks(stored: readonly StoredSchedule[], { tasks, faults }: Catalog): readonly StoredSchedule[] {
  if (faults.length > 0) return []
  const names = new Set(tasks.map(({ name }) => name))
  return stored.filter(({ source, task, plan }) => source === 'cli' && plan !== null && !names.has(task))
}
