import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { wholeRuleText } from '../../domain/schedule/rule.js'
import type { NewSchedule, SaidSchedule, Schedule } from '../../domain/schedule/schedule.js'
import { changedOptions, changesBetween, type ScheduleChanges } from '../../domain/schedule/sources.js'
import { shellTask } from '../../engine/shell-task.js'
import type { ScheduleStore } from '../../stores/schedule-store.js'
import { confirm } from '../confirm.js'
import { exitCodes } from '../exit-codes.js'
import { say } from '../say.js'
import { type ProjectTasks, withTasks } from '../session.js'
import { type Wanted, wantedSchedules } from './wanted.js'

export interface SyncChoice {
  readonly dryRun: boolean
  readonly yes: boolean
}

/** One line of what a sync does. */
export interface SyncChange {
  readonly change: '+' | '~' | '-'
  readonly name: string
  readonly task: string
  readonly rule: string | null
  /** Of a changed or removed one. */
  readonly before: string | null
  /** Of a changed one: what is other beside its rule. */
  readonly options: readonly string[]
  readonly fault: string | null
}

/** Makes the stored schedules those of the code and the config; what it does is shown first. */
export function syncSchedules(
  context: Context,
  { dryRun, yes }: SyncChoice,
  show: (changes: readonly SyncChange[]) => void,
): Promise<{ readonly changes: readonly SyncChange[]; readonly applied: boolean; readonly exitCode: number }> {
  refuseMemory(context, 'schedule sync')
  return withTasks(context, (session) =>
    withStore(context, async (store) => {
      // First what may take its time: what is stored may change meanwhile.
      const wanted = await wantedSchedules(context, session)
      const stored = await store.schedules()
      const { changes, unsure } = changesFor(stored, wanted, session)
      const lines = changeLines(changes, stored)
      show(lines)
      if (unsure.length > 0) say(`not all of the code can be asked, so these stay as they are: ${unsure.join(', ')}`)
      const told = new Set([...unsure, ...lines.map(({ name }) => name)])
      const faulty = wanted.schedules.filter(({ fault }) => fault !== null)
      for (const { name, fault } of faulty) if (!told.has(name)) say(`${name} is faulty: ${fault}`)
      for (const schedule of changes.heldBack) say(heldBackText(schedule))
      const isWhole = faulty.length + changes.heldBack.length + session.catalog.faults.length === 0
      const answer = { changes: lines, exitCode: isWhole ? exitCodes.done : exitCodes.failed }
      const nothing = isWhole ? 'The schedules are those of the code and the config.' : 'Nothing to change.'
      if (lines.length === 0) say(nothing)
      if (dryRun || lines.length === 0) return { ...answer, applied: false }
      const removes = changes.removed.length
      if (removes > 0 && !yes && !(await confirm(`Remove ${removes} schedule${removes === 1 ? '' : 's'}?`))) {
        return { ...answer, applied: false }
      }
      await store.putSchedules([...changes.added, ...changes.changed])
      await store.dropSchedules(changes.removed.map(({ name }) => name))
      return { ...answer, applied: true }
    }),
  )
}

/**
 * Brings the schedules of code and config into the store as a scheduler starts. What has left them is only told of: a
 * module that is not there today may be a mistake.
 */
export async function bringInSchedules(
  context: Context,
  session: ProjectTasks,
  store: ScheduleStore,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = await wantedSchedules(context, session)
  // Whoever ends has ended the processes that were asked: their silence says nothing.
  if (signal?.aborted) return
  const stored = await store.schedules()
  const { changes } = changesFor(stored, wanted, session)
  const { added, changed, removed, heldBack } = changes
  await store.putSchedules([...added, ...changed])
  for (const { change, name, rule, fault } of changeLines({ ...changes, removed: [] }, stored)) {
    say(fault === null ? `schedule ${change} ${name}: ${rule}` : `schedule ${name} is faulty: ${fault}`)
  }
  for (const schedule of heldBack) say(`schedule ${heldBackText(schedule)}`)
  for (const { name, source } of removed) {
    say(`schedule ${name} has left the ${source}, and fires still; remove it: offstage schedule sync`)
  }
}

function heldBackText({ name, source }: NewSchedule): string {
  return `${name} was made by hand and stays; that of the ${source} is left out until it is removed: offstage schedule remove ${name}`
}

/**
 * What modules that cannot be loaded would have said is not known: what may be theirs stays as it is. So does what was
 * faulty, while no schema answers.
 */
function changesFor(stored: readonly Schedule[], { schedules, areChecked }: Wanted, { catalog }: ProjectTasks) {
  const changes = changesBetween(stored, schedules)
  const isWhole = catalog.faults.length === 0
  const names = new Set([shellTask, ...catalog.tasks.map(({ name }) => name)])
  const faulty = new Set(stored.flatMap(({ name, plan }) => (plan === null ? [name] : [])))
  const isSure = ({ name, task }: NewSchedule) => (isWhole || names.has(task)) && (areChecked || !faulty.has(name))
  const unsure = [...changes.changed.filter((schedule) => !isSure(schedule)), ...(isWhole ? [] : changes.removed)]
  return {
    changes: { ...changes, changed: changes.changed.filter(isSure), removed: isWhole ? changes.removed : [] },
    unsure: unsure.map(({ name }) => name),
  }
}

function changeLines({ added, changed, removed }: ScheduleChanges, stored: readonly Schedule[]): readonly SyncChange[] {
  const before = new Map(stored.map((schedule) => [schedule.name, schedule]))
  const line = (change: SyncChange['change'], schedule: SaidSchedule, old = before.get(schedule.name)): SyncChange => ({
    change,
    name: schedule.name,
    task: schedule.task,
    rule: change === '-' ? null : described(schedule),
    before: old === undefined ? null : described(old),
    options: change === '~' && old !== undefined ? changedOptions(old, schedule) : [],
    fault: change === '-' ? null : schedule.fault,
  })
  return [
    ...added.map((schedule) => line('+', schedule)),
    ...changed.map((schedule) => line('~', schedule)),
    ...removed.map((schedule) => line('-', schedule)),
  ]
}

function described({ plan }: SaidSchedule): string | null {
  return plan === null ? null : wholeRuleText(plan.rule)
}
