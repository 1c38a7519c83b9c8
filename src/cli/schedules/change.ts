import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { scheduleName } from '../../domain/names.js'
import type { Schedule } from '../../domain/schedule/schedule.js'
import type { Store } from '../../stores/store.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { confirm } from '../confirm.js'
import { say } from '../say.js'
import { noSchedule, shownSchedules } from './find.js'

/** Pauses schedules: their slots are left out, and recorded as such. Throws NotFoundError, and pauses none of them then. */
export function pauseSchedules(context: Context, names: readonly string[]): Promise<readonly ScheduleJson[]> {
  return change(context, 'schedule pause', names, async (store, found) => {
    const answers = await store.pauseSchedules(namesOf(found))
    found.forEach(({ name }, index) => {
      if (answers[index] === 'unchanged') say(`${name} was paused already`)
    })
    return shownSchedules(store, context, namesOf(found))
  })
}

/** Lets schedules fire again. Throws NotFoundError, and resumes none of them then. */
export function resumeSchedules(context: Context, names: readonly string[]): Promise<readonly ScheduleJson[]> {
  return change(context, 'schedule resume', names, async (store, found) => {
    const answers = await store.resumeSchedules(namesOf(found))
    found.forEach(({ name }, index) => {
      if (answers[index] === 'unchanged') say(`${name} was not paused`)
    })
    return shownSchedules(store, context, namesOf(found))
  })
}

/** How schedules are removed. */
export interface RemoveChoice {
  readonly dryRun: boolean
  readonly yes: boolean
}

/** What became of a schedule that was to be removed. */
export interface Removed {
  readonly name: string
  readonly answer: 'removed' | 'would be removed'
}

/** Removes schedules, after a question; none if the answer is no. Throws NotFoundError, and removes none of them then. */
export function removeSchedules(
  context: Context,
  names: readonly string[],
  { dryRun, yes }: RemoveChoice,
): Promise<readonly Removed[]> {
  return change(context, 'schedule remove', names, async (store, found) => {
    if (dryRun) {
      for (const { name } of found) say(`${name} would be removed`)
      return found.map(({ name }) => ({ name, answer: 'would be removed' }))
    }
    if (!yes && !(await confirm(`Remove ${namesOf(found).join(', ')}?`))) return []
    await store.dropSchedules(namesOf(found))
    for (const { name, source } of found) {
      const again = source === 'cli' ? '' : `; it is in the ${source}, and comes back with the next start or sync`
      say(`${name} is removed${again}`)
    }
    return found.map(({ name }) => ({ name, answer: 'removed' }))
  })
}

function change<T>(
  context: Context,
  command: string,
  names: readonly string[],
  use: (store: Store, found: readonly Schedule[]) => Promise<T>,
): Promise<T> {
  const wanted = [...new Set(names.map(scheduleName))]
  refuseMemory(context, command)
  return withStore(context, async (store) => {
    const schedules = await store.schedules()
    const found = wanted.map((name) => {
      const schedule = schedules.find((candidate) => candidate.name === name)
      if (schedule === undefined) throw noSchedule(name, namesOf(schedules))
      return schedule
    })
    return use(store, found)
  })
}

function namesOf(schedules: readonly Schedule[]): readonly string[] {
  return schedules.map(({ name }) => name)
}
