import { type DefinedSchedule, defineSchedule, dueAfter, refuseIfNeverDue } from '../app/schedules/define-schedule.js'
import { UsageError } from '../domain/errors.js'
import { parseJson } from '../domain/json.js'
import { scheduleName } from '../domain/names.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { parseSchedule, type ScheduleOptions, scheduleOptionNames } from '../domain/schedule/options.js'
import { wholeRuleText } from '../domain/schedule/rule.js'
import { checkArgs, type LoadedTask } from '../engine/task-process/loaded-task.js'
import { machineZone } from '../machine-zone.js'
import type { EngineScheduleOptions, ScheduleRecord } from './engine.js'
import type { EngineParts } from './engine-parts.js'

const ofTheEngine = scheduleOptionNames.filter((name) => name !== 'args' && name !== 'notify')
const option = (name: keyof ScheduleOptions) => name

/** Stores a schedule of a task, as one that the command line adds. Throws UsageError. */
export async function putSchedule(
  { store, clock }: Pick<EngineParts, 'store' | 'clock'>,
  name: string,
  task: LoadedTask,
  args: readonly unknown[],
  options: EngineScheduleOptions,
): Promise<DefinedSchedule['answer']> {
  scheduleName(name)
  refuseUnknownOptions(options, ofTheEngine, 'putSchedule()')
  const declaredAt = clock.now()
  const tz = options.tz === undefined ? machineZone() : options.tz
  const plan = parseSchedule({ ...options, tz, args }, task.defaults, declaredAt, option)
  refuseIfNeverDue(plan, declaredAt, option)
  const refused = await checkArgs(task, plan.definition.argsJson)
  if (refused !== null) throw new UsageError('E_ARGUMENTS', `${task.name}: ${refused}`)
  const since = dueAfter(plan, declaredAt)
  const schedule = { name, source: 'cli', task: task.name, plan, fault: null, declaredAt: since } as const
  return (await defineSchedule(store, schedule)).answer
}

/** Resolves to null if there is none of that name. */
export async function readSchedule(
  { store }: Pick<EngineParts, 'store'>,
  name: string,
): Promise<ScheduleRecord | null> {
  const [stored] = await store.schedules([scheduleName(name)])
  if (stored === undefined) return null
  const { source, task, plan } = stored
  if (plan === null) return { name, source, task, plan }
  const args = parseJson(plan.definition.argsJson) as readonly unknown[]
  return { name, source, task, plan: { kind: plan.definition.timing.kind, times: wholeRuleText(plan.rule), args } }
}

/** Removes a schedule. Resolves to false if there is none of that name. */
export async function removeSchedule({ store }: Pick<EngineParts, 'store'>, name: string): Promise<boolean> {
  const [answer] = await store.dropSchedules([scheduleName(name)])
  return answer === 'dropped'
}
