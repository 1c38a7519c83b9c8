import { type Context, refuseMemory, withStoreUnless } from '../../app/context.js'
import type { ScheduleChange } from '../../app/schedules/schedule-changes.js'
import { applySync, planSync, type SyncPlan } from '../../app/schedules/sync-schedules.js'
import { confirm } from '../confirm.js'
import { exitCodes } from '../exit-codes.js'
import { say } from '../say.js'
import { withTasks } from '../with-tasks.js'
import { conflictText, uncheckedText } from './declare-text.js'

export interface SyncChoice {
  readonly dryRun: boolean
  readonly yes: boolean
}

interface SyncAnswer {
  readonly changes: readonly ScheduleChange[]
  readonly applied: boolean
  readonly exitCode: number
}

/** Makes the stored schedules those of the code and the config. `show` gets the changes before they are made. */
export function syncSchedules(
  context: Context,
  { dryRun, yes }: SyncChoice,
  show: (changes: readonly ScheduleChange[]) => void,
): Promise<SyncAnswer> {
  refuseMemory(context, 'schedule sync')
  return withTasks(context, (tasks) =>
    withStoreUnless(dryRun, context, async (store) => {
      const plan = await planSync(context, tasks, store)
      if (plan.uncheckedBecause !== null) say(uncheckedText(plan.uncheckedBecause))
      show(plan.items)
      sayWhatStays(plan)
      const answer = { changes: plan.items, exitCode: plan.isWhole ? exitCodes.done : exitCodes.failed }
      const nothing = plan.isWhole ? 'The schedules are those of the code and the config.' : 'Nothing to change.'
      if (plan.items.length === 0) say(nothing)
      if (dryRun || plan.items.length === 0) return { ...answer, applied: false }
      const removes = plan.changes.removed.length
      if (removes > 0 && !yes && !(await confirm(`Remove ${removes} schedule${removes === 1 ? '' : 's'}?`))) {
        return { ...answer, applied: false }
      }
      await applySync(store, plan)
      return { ...answer, applied: true }
    }),
  )
}

function sayWhatStays({ items, unsure, faulty, changes }: SyncPlan): void {
  if (unsure.length > 0) say(`not all of the code can be asked, so these stay as they are: ${unsure.join(', ')}`)
  const shown = new Set([...unsure, ...items.map(({ name }) => name)])
  for (const { name, fault } of faulty) if (!shown.has(name)) say(`${name} is faulty: ${fault}`)
  for (const schedule of changes.conflicting) say(conflictText(schedule))
}
