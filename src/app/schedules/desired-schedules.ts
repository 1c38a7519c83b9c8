import { messageWithHint } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import type { JsonValue } from '../../domain/json.js'
import { refuseUnknownTarget } from '../../domain/notification.js'
import { argsMask } from '../../domain/redact-command.js'
import type { NewSchedule } from '../../domain/schedule/schedule.js'
import { checkSchedules } from '../../domain/schedule/sources.js'
import { systemClock } from '../../engine/clock.js'
import type { Verdict } from '../../engine/ipc/messages.js'
import { codeSchedules, configSchedules } from '../../project/schedules.js'
import { type Context, projectOf, targetsOf } from '../context.js'
import type { ProjectTasks } from '../project-tasks.js'

/** Where schedules are declared beside the tasks: the config. */
export type ScheduleSources = Pick<Context, 'project' | 'redact' | 'from'>

/** The schedules that code and config declare. */
export interface DesiredSchedules {
  readonly schedules: readonly NewSchedule[]
  /** Why the schemas of the tasks have not checked the arguments; null if they have. */
  readonly uncheckedBecause: string | null
}

/**
 * The schedules that code and config declare. One whose arguments its task refuses is faulty, as is one whose times
 * cannot be read.
 */
export async function desiredSchedules(
  context: ScheduleSources,
  tasks: ProjectTasks,
  now: EpochMs,
): Promise<DesiredSchedules> {
  const { catalog } = tasks
  const tasksByName = new Map(catalog.tasks.map((task) => [task.name, task]))
  const project = projectOf(context)
  const written = [...codeSchedules(catalog, project), ...configSchedules(project)]
  const desired = checkSchedules(written, (name) => tasksByName.get(name), now)
  const verdicts = await verdictsOf(desired, tasks)
  const uncheckedBecause = typeof verdicts === 'string' ? verdicts : null
  const schedules = desired.map((schedule) => {
    const { task, plan } = schedule
    if (plan === null) return schedule
    const args = JSON.parse(plan.definition.argsJson) as readonly JsonValue[]
    const refused = typeof verdicts === 'string' ? null : (verdicts.get(schedule.name) ?? null)
    const ofArguments = tasksByName.get(task)?.kind === 'command' ? commandFault(args) : refused
    const fault = ofArguments ?? targetFault(plan.definition.notify, context)
    // A schema may repeat the value that it refuses.
    return fault === null
      ? schedule
      : { ...schedule, plan: null, fault: argsMask(task, [...args], context.redact)?.(fault) ?? fault }
  })
  return { schedules, uncheckedBecause }
}

function targetFault(notify: string | false | null, context: ScheduleSources): string | null {
  try {
    refuseUnknownTarget(notify, targetsOf(context), 'schedule.notify')
    return null
  } catch (thrown) {
    return messageWithHint(thrown)
  }
}

function commandFault(args: readonly JsonValue[]): string | null {
  const isCommand = args.length > 0 && args.every((arg) => typeof arg === 'string')
  return isCommand ? null : 'its arguments are no command: write them as a list of texts'
}

// A schema is code of the project: schedules must not wait for one that never answers.
const maxWaitMs = 3_000

/** What the schemas of the tasks answer, by the schedule; or why they do not answer. */
async function verdictsOf(
  desired: readonly NewSchedule[],
  { pool, catalog }: ProjectTasks,
): Promise<ReadonlyMap<string, Verdict> | string> {
  const functions = new Set(catalog.tasks.filter(({ kind }) => kind === 'function').map(({ name }) => name))
  const checkable = desired.flatMap(({ name, task, plan }) =>
    plan !== null && functions.has(task) ? [{ name, request: { task, argsJson: plan.definition.argsJson } }] : [],
  )
  if (checkable.length === 0) return new Map()
  const verdicts = await answerOf(pool.check(checkable.map(({ request }) => request)))
  if (typeof verdicts === 'string') return verdicts
  return new Map(checkable.map(({ name }, index) => [name, verdicts[index] ?? null]))
}

async function answerOf(check: Promise<readonly Verdict[]>): Promise<readonly Verdict[] | string> {
  let cancel = () => {}
  const over = new Promise<never>((_, reject) => {
    cancel = systemClock.after(maxWaitMs, () => reject(new Error('they do not answer')))
  })
  try {
    return await Promise.race([check, over])
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } finally {
    cancel()
  }
}
