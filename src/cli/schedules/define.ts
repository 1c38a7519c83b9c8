import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { findTask, prepareJobs } from '../../app/run/prepare-jobs.js'
import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { scheduleName } from '../../domain/names.js'
import { parseSchedule, type ScheduleOptions } from '../../domain/schedule/options.js'
import { wholeRuleText } from '../../domain/schedule/rule.js'
import type { NewSchedule } from '../../domain/schedule/schedule.js'
import { slotsOf } from '../../domain/schedule/slots.js'
import { shellTask } from '../../engine/shell-task.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { say } from '../say.js'
import { withTask } from '../session.js'
import { shownSchedules } from './find.js'
import { flagOf } from './flags.js'

/** A schedule as a person asks for it. */
export interface ScheduleRequest {
  readonly task: string
  /** null: the task's. */
  readonly name: string | null
  readonly options: ScheduleOptions
  /** What times are counted from, and what is past then is not due. */
  readonly saidAt: EpochMs
}

const added = {
  added: 'added',
  changed: 'changed',
  unchanged: 'is as it was',
}

/** Adds a schedule, or changes the one of that name. Throws UsageError: for arguments the task refuses too. */
export function defineSchedule(context: Context, request: ScheduleRequest): Promise<readonly ScheduleJson[]> {
  refuseMemory(context, 'schedule')
  const { task, options, saidAt } = request
  const name = nameOf(request)
  return withTask(context, task, async ({ pool, catalog }) => {
    const info = findTask(catalog, task)
    const plan = parseSchedule(options, info, saidAt, flagOf)
    refuseIfNeverDue(plan, saidAt)
    await prepareJobs(pool, [info], plan.definition.argsJson, plan.definition.options, saidAt)
    return withStore(context, async (store) => {
      const [before] = await store.schedules([name])
      if (before !== undefined && before.source !== 'cli') {
        throw new UsageError(
          'E_SCHEDULE_SOURCE',
          `the schedule ${name} is in the ${before.source}`,
          'change it there, or give this one another --name',
        )
      }
      const [answer = 'unchanged'] = await store.putSchedules([
        { name, source: 'cli', task, plan, fault: null, saidAt: plan.rule.kind === 'once' ? saidAt - 1 : saidAt },
      ])
      const was = answer === 'changed' && before?.plan != null ? `, from ${wholeRuleText(before.plan.rule)}` : ''
      say(`schedule ${name}: ${added[answer]}${was}`)
      return shownSchedules(store, context, [name])
    })
  })
}

function refuseIfNeverDue({ rule, definition: { until } }: NonNullable<NewSchedule['plan']>, saidAt: EpochMs): void {
  const first = slotsOf(rule)(rule.kind === 'once' ? saidAt - 1 : saidAt)
  if (first !== null && (until === null || first.at <= until)) return
  const why = first === null || until === null ? 'it has no time to come' : 'its first time is after --until'
  throw new UsageError('E_SCHEDULE', `it would never fire: ${why}`)
}

function nameOf({ task, name }: ScheduleRequest): string {
  if (name !== null) return scheduleName(name)
  if (task !== shellTask) return scheduleName(task)
  throw new UsageError('E_SCHEDULE_NAME', 'the schedule of a command has no name', 'give it one with --name')
}
