import { type Context, refuseMemory, withStore, withStoreUnless } from '../../app/context.js'
import { findSchedules } from '../../app/schedules/find-schedule.js'
import { pauseSchedules } from '../../app/schedules/pause-schedules.js'
import { removeSchedules } from '../../app/schedules/remove-schedules.js'
import { resumeSchedules } from '../../app/schedules/resume-schedules.js'
import { scheduleName } from '../../domain/names.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { confirm } from '../confirm.js'
import { say } from '../say.js'

/** Pauses schedules, and says which were paused already. Throws NotFoundError, and pauses none of them then. */
export async function pause(context: Context, words: readonly string[]): Promise<readonly ScheduleJson[]> {
  const names = scheduleNames(words)
  refuseMemory(context, 'schedule pause')
  const { items, unchanged } = await withStore(context, (store) => pauseSchedules(store, names, context.redact))
  for (const name of unchanged) say(`${name} was paused already`)
  return items
}

/** Lets schedules fire again, and says which were not paused. Throws NotFoundError, and resumes none of them then. */
export async function resume(context: Context, words: readonly string[]): Promise<readonly ScheduleJson[]> {
  const names = scheduleNames(words)
  refuseMemory(context, 'schedule resume')
  const { items, unchanged } = await withStore(context, (store) => resumeSchedules(store, names, context.redact))
  for (const name of unchanged) say(`${name} was not paused`)
  return items
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

/**
 * Removes schedules, after a question; none if the answer is no. Throws NotFoundError, and removes none of them then.
 */
export async function remove(
  context: Context,
  words: readonly string[],
  { dryRun, yes }: RemoveChoice,
): Promise<readonly Removed[]> {
  const names = scheduleNames(words)
  refuseMemory(context, 'schedule remove')
  return withStoreUnless(dryRun, context, async (store) => {
    const found = await findSchedules(store, names)
    if (dryRun) {
      for (const name of names) say(`${name} would be removed`)
      return names.map((name) => ({ name, answer: 'would be removed' }))
    }
    if (!yes && !(await confirm(`Remove ${names.join(', ')}?`))) return []
    for (const { name, declaredIn } of await removeSchedules(store, found)) {
      const again =
        declaredIn === null ? '' : `; it is in the ${declaredIn}, and comes back with the next start or sync`
      say(`${name} is removed${again}`)
    }
    return names.map((name) => ({ name, answer: 'removed' }))
  })
}

function scheduleNames(words: readonly string[]): readonly string[] {
  return [...new Set(words.map(scheduleName))]
}
