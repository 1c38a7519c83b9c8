import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { scheduleName } from '../../domain/names.js'
import { parseSchedule, type ScheduleOptions } from '../../domain/schedule/options.js'
import { wholeRuleText } from '../../domain/schedule/rule.js'
import type { NewSchedule, StoredSchedule } from '../../domain/schedule/schedule.js'
import { slotsOf } from '../../domain/schedule/slots.js'
import { shellTask } from '../../domain/shell-task.js'
import type { Store } from '../../stores/store.js'
import type { ProjectTasks } from '../project-tasks.js'
import { findTask, prepareJobs } from '../run/prepare-jobs.js'
import type { ScheduleRequest } from './schedule-request.js'

/** The result of defining a schedule. */
export interface DefinedSchedule {
  readonly answer: 'added' | 'changed' | 'unchanged'
  /** The rule of a changed one before, if it could be followed. */
  readonly ruleBefore: string | null
}

/** The name of a requested schedule. Throws UsageError. */
export function nameOf({ task, name }: ScheduleRequest): string {
  if (name !== null) return scheduleName(name)
  if (task !== shellTask) return scheduleName(task)
  throw new UsageError('E_SCHEDULE_NAME', 'the schedule of a command has no name', 'give it one with --name')
}

/**
 * The requested schedule, complete and with the arguments of its jobs checked. `written` is how an option is written
 * where it was given. Throws UsageError.
 */
export async function prepareSchedule(
  { pool, catalog }: ProjectTasks,
  request: ScheduleRequest,
  written: (option: keyof ScheduleOptions) => string,
): Promise<NewSchedule> {
  const { task, options, declaredAt } = request
  const info = findTask(catalog, task)
  const plan = parseSchedule(options, info, declaredAt, written)
  refuseIfNeverDue(plan, declaredAt, written)
  await prepareJobs(pool, [info], plan.definition.argsJson, plan.definition.options, declaredAt)
  return { name: nameOf(request), source: 'cli', task, plan, fault: null, declaredAt: dueAfter(plan, declaredAt) }
}

/** Adds a schedule, or changes the one of that name. Throws UsageError if the code or the config declares that one. */
export async function defineSchedule(store: Store, schedule: NewSchedule): Promise<DefinedSchedule> {
  const { name } = schedule
  const [before] = await store.schedules([name])
  if (before !== undefined && before.source !== 'cli') throw declaredElsewhere(before)
  const [answer = 'unchanged'] = await store.putSchedules([schedule])
  const plan = answer === 'changed' ? (before?.plan ?? null) : null
  return { answer, ruleBefore: plan === null ? null : wholeRuleText(plan.rule) }
}

function declaredElsewhere({ name, source }: StoredSchedule): UsageError {
  return new UsageError(
    'E_SCHEDULE_SOURCE',
    `the schedule ${name} is in the ${source}`,
    'change it there, or give this one another name',
  )
}

/** The time after which slots of a plan are due. A single time may be now. */
export function dueAfter({ rule }: Pick<NonNullable<NewSchedule['plan']>, 'rule'>, declaredAt: EpochMs): EpochMs {
  return rule.kind === 'once' ? declaredAt - 1 : declaredAt
}

/** Refuses a schedule without a time to come. `written` is how an option is written where it was given. */
export function refuseIfNeverDue(
  plan: NonNullable<NewSchedule['plan']>,
  declaredAt: EpochMs,
  written: (option: keyof ScheduleOptions) => string,
): void {
  const { until } = plan.definition
  const first = slotsOf(plan.rule)(dueAfter(plan, declaredAt))
  if (first !== null && (until === null || first.at <= until)) return
  const why =
    first === null || until === null ? 'it has no time to come' : `its first time is after ${written('until')}`
  throw new UsageError('E_SCHEDULE', `it would never fire: ${why}`)
}
