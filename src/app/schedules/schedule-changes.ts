import { wholeRuleText } from '../../domain/schedule/rule.js'
import type { DeclaredSchedule, NewSchedule, StoredSchedule } from '../../domain/schedule/schedule.js'
import { changedOptions, changesBetween, type ScheduleChanges } from '../../domain/schedule/sources.js'
import type { Catalog } from '../../engine/ipc/messages.js'
import type { DesiredSchedules } from './desired-schedules.js'

/** One change of the stored schedules. */
export interface ScheduleChange {
  readonly change: '+' | '~' | '-'
  readonly name: string
  readonly task: string
  readonly rule: string | null
  /** Of a changed or removed one. */
  readonly before: string | null
  /** Of a changed one: the options that differ, beside its rule. */
  readonly options: readonly string[]
  readonly fault: string | null
}

/**
 * The changes that give the store the desired schedules. A module that cannot be loaded may declare schedules that are
 * not known: schedules that may be its own are `unsure` and stay. So does a faulty schedule, while no schema answers.
 */
export function sureChanges(
  stored: readonly StoredSchedule[],
  { schedules, uncheckedBecause }: DesiredSchedules,
  catalog: Catalog,
): { readonly changes: ScheduleChanges; readonly unsure: readonly string[] } {
  const changes = changesBetween(stored, schedules)
  const isWhole = catalog.faults.length === 0
  const isChecked = uncheckedBecause === null
  const names = new Set(catalog.tasks.map(({ name }) => name))
  const faulty = new Set(stored.flatMap(({ name, plan }) => (plan === null ? [name] : [])))
  const isSure = ({ name, task }: NewSchedule) => (isWhole || names.has(task)) && (isChecked || !faulty.has(name))
  const unsure = [...changes.changed.filter((schedule) => !isSure(schedule)), ...(isWhole ? [] : changes.removed)]
  return {
    changes: { ...changes, changed: changes.changed.filter(isSure), removed: isWhole ? changes.removed : [] },
    unsure: unsure.map(({ name }) => name),
  }
}

/** The changes one by one: the added, the changed, the removed ones. */
export function listChanges(
  { added, changed, removed }: ScheduleChanges,
  stored: readonly StoredSchedule[],
): readonly ScheduleChange[] {
  const before = new Map(stored.map((schedule) => [schedule.name, schedule]))
  const one = (change: ScheduleChange['change'], schedule: DeclaredSchedule): ScheduleChange => {
    const old = before.get(schedule.name)
    return {
      change,
      name: schedule.name,
      task: schedule.task,
      rule: change === '-' ? null : ruleOf(schedule),
      before: old === undefined ? null : ruleOf(old),
      options: change === '~' && old !== undefined ? changedOptions(old, schedule) : [],
      fault: change === '-' ? null : schedule.fault,
    }
  }
  return [
    ...added.map((schedule) => one('+', schedule)),
    ...changed.map((schedule) => one('~', schedule)),
    ...removed.map((schedule) => one('-', schedule)),
  ]
}

function ruleOf({ plan }: DeclaredSchedule): string | null {
  return plan === null ? null : wholeRuleText(plan.rule)
}
