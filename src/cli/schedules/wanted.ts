import { type Context, projectOf } from '../../app/context.js'
import type { JsonValue } from '../../domain/json.js'
import { redactText } from '../../domain/redact.js'
import type { NewSchedule } from '../../domain/schedule/schedule.js'
import { checkSchedules } from '../../domain/schedule/sources.js'
import { systemClock } from '../../engine/clock.js'
import type { Verdict } from '../../engine/ipc/messages.js'
import { shellTask, shellTaskInfo } from '../../engine/shell-task.js'
import { codeSchedules, configSchedules } from '../../project/schedules.js'
import { say } from '../say.js'
import type { ProjectTasks } from '../session.js'

/** What code and config say of schedules. */
export interface Wanted {
  readonly schedules: readonly NewSchedule[]
  /** Whether the schemas of the tasks have said what they think of the arguments. */
  readonly areChecked: boolean
}

/** What code and config say. Schedules whose arguments their task refuses are faulty, as those are whose times cannot be read. */
export async function wantedSchedules(context: Context, tasks: ProjectTasks): Promise<Wanted> {
  const { catalog } = tasks
  const tasksByName = new Map([shellTaskInfo, ...catalog.tasks].map((task) => [task.name, task]))
  const written = [...codeSchedules(catalog), ...configSchedules(projectOf(context))]
  const wanted = checkSchedules(written, (name) => tasksByName.get(name), systemClock.now())
  const verdicts = await verdictsOf(wanted, tasks)
  const schedules = wanted.map((schedule) => {
    const { task, plan } = schedule
    if (plan === null) return schedule
    const args = JSON.parse(plan.definition.argsJson) as readonly JsonValue[]
    const fault = task === shellTask ? commandFault(args) : (verdicts?.get(schedule.name) ?? null)
    // A schema may repeat what it refuses.
    return fault === null ? schedule : { ...schedule, plan: null, fault: redactText(fault, args, context.redact) }
  })
  return { schedules, areChecked: verdicts !== null }
}

function commandFault(args: readonly JsonValue[]): string | null {
  const isCommand = args.length > 0 && args.every((arg) => typeof arg === 'string')
  return isCommand ? null : 'its arguments are no command: write them as a list of texts'
}

// A schema is code of the project's: schedules must not wait for one that never answers.
const patienceMs = 3_000

/** What the schemas of the tasks say, by the schedule; null if they do not answer. */
async function verdictsOf(
  wanted: readonly NewSchedule[],
  { pool, catalog }: ProjectTasks,
): Promise<ReadonlyMap<string, Verdict> | null> {
  const functions = new Set(catalog.tasks.filter(({ kind }) => kind === 'function').map(({ name }) => name))
  const checkable = wanted.flatMap(({ name, task, plan }) =>
    plan !== null && functions.has(task) ? [{ name, request: { task, argsJson: plan.definition.argsJson } }] : [],
  )
  if (checkable.length === 0) return new Map()
  const verdicts = await answerOf(pool.check(checkable.map(({ request }) => request)))
  return verdicts === null ? null : new Map(checkable.map(({ name }, index) => [name, verdicts[index] ?? null]))
}

async function answerOf(check: Promise<readonly Verdict[]>): Promise<readonly Verdict[] | null> {
  let cancel = () => {}
  const over = new Promise<never>((_, reject) => {
    cancel = systemClock.after(patienceMs, () => reject(new Error('they do not answer')))
  })
  try {
    return await Promise.race([check, over])
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    say(`the arguments of schedules could not be checked by the schemas of their tasks: ${why}`)
    return null
  } finally {
    cancel()
  }
}
