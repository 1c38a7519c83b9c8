import { messageWithHint } from '../errors.js'
import type { EpochMs } from '../job.js'
import { scheduleName } from '../names.js'
import type { TaskDefaults } from '../request.js'
import { parseSchedule, type ScheduleOptions } from './options.js'
import { reviseSchedule } from './revise.js'
import {
  type DeclaredSchedule,
  jobOptionsOf,
  type NewSchedule,
  type ScheduleSource,
  type StoredSchedule,
} from './schedule.js'
import { isClockTime } from './time.js'

/** A schedule as code or config declares it, unchecked. */
export interface WrittenSchedule {
  readonly name: string
  readonly source: ScheduleSource
  readonly task: string
  readonly options: ScheduleOptions
}

/** Checks declared schedules. A fault stays with its own schedule, so that all others work. */
export function checkSchedules(
  written: readonly WrittenSchedule[],
  find: (task: string) => TaskDefaults | undefined,
  now: EpochMs,
): readonly NewSchedule[] {
  const byName = new Map<string, readonly WrittenSchedule[]>()
  for (const schedule of written) byName.set(schedule.name, [...(byName.get(schedule.name) ?? []), schedule])
  return [...byName.values()].flatMap(([first, second]): NewSchedule[] => {
    if (first === undefined) return []
    const { name, source, task } = first
    const faulty = (fault: string) => [{ name, source, task, plan: null, fault, declaredAt: now }]
    if (second !== undefined) {
      return faulty(`two schedules have this name: of ${task} (${source}) and of ${second.task} (${second.source})`)
    }
    if (task === '') return faulty('it names no task')
    const defaults = find(task)
    if (defaults === undefined) return faulty(`there is no task ${task}`)
    const { at, until } = first.options
    if (isClockTime(at) || isClockTime(until)) return faulty('a time of day is another time each day: give a date too')
    try {
      scheduleName(name)
      return [{ name, source, task, plan: parseSchedule(first.options, defaults, now), fault: null, declaredAt: now }]
    } catch (thrown) {
      // Whatever these options throw must not stop the other schedules.
      return faulty(messageWithHint(thrown))
    }
  })
}

/** The changes after which the store has exactly the schedules of code and config, beside those of the CLI. */
export interface ScheduleChanges {
  readonly added: readonly NewSchedule[]
  readonly changed: readonly NewSchedule[]
  readonly removed: readonly StoredSchedule[]
  /** Desired schedules whose name a schedule of the command line has. That one stays unchanged. */
  readonly conflicting: readonly NewSchedule[]
}

export function changesBetween(stored: readonly StoredSchedule[], desired: readonly NewSchedule[]): ScheduleChanges {
  const before = new Map(stored.map((schedule) => [schedule.name, schedule]))
  const names = new Set(desired.map(({ name }) => name))
  const isFromCommandLine = (name: string) => before.get(name)?.source === 'cli'
  return {
    added: desired.filter(({ name }) => !before.has(name)),
    changed: desired.filter((schedule) => {
      const old = before.get(schedule.name)
      return old !== undefined && old.source !== 'cli' && reviseSchedule(old, schedule, 0) !== null
    }),
    removed: stored.filter(({ name, source }) => source !== 'cli' && !names.has(name)),
    conflicting: desired.filter(({ name }) => isFromCommandLine(name)),
  }
}

/** The names of the options, except the rule, that differ between two schedules; empty if one is faulty. */
export function changedOptions(old: DeclaredSchedule, declared: DeclaredSchedule): readonly string[] {
  const [before, after] = [namedParts(old), namedParts(declared)]
  if (before === null || after === null) return []
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

function namedParts({ source, task, plan }: DeclaredSchedule): Readonly<Record<string, unknown>> | null {
  if (plan === null) return null
  const { timing, argsJson, catchUp, maxLatenessMs, overlap, jitterMs, until, limit, expectSuccessEveryMs, notify } =
    plan.definition
  const startAt = timing.kind === 'every' ? timing.startAt : null
  const ofSlots = {
    catchUp,
    maxLateness: maxLatenessMs,
    overlap,
    jitter: jitterMs,
    until,
    limit,
    expectSuccessEvery: expectSuccessEveryMs,
    notify,
  }
  return { source, task, startAt, args: argsJson, ...ofSlots, ...jobOptionsOf(plan.definition) }
}
