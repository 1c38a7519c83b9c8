import { plainTaskDefaults } from '../../src/domain/request.js'
import type { DecidedSlot } from '../../src/domain/schedule/due.js'
import type { Rule } from '../../src/domain/schedule/rule.js'
import type { NewSchedule, ScheduleDefinition, StoredSchedule, Timing } from '../../src/domain/schedule/schedule.js'
import type { SlotClaim } from '../../src/stores/schedule-store.js'
import { newJob } from './job.js'

export const everyMinute: Timing = { kind: 'every', everyMs: 60_000, startAt: null, tz: 'UTC' }
export const everyHour: Timing = { kind: 'every', everyMs: 3_600_000, startAt: null, tz: 'UTC' }

/** What a schedule says that asks for nothing special: every minute, and nothing while an earlier job is left. */
export function definitionOf(overrides: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return {
    argsJson: '[]',
    options: {},
    taskDefaults: plainTaskDefaults,
    timing: everyMinute,
    catchUp: 'latest',
    maxLatenessMs: null,
    overlap: 'skip',
    jitterMs: 0,
    until: null,
    limit: null,
    expectSuccessEveryMs: null,
    notify: null,
    ...overrides,
  }
}

/** A schedule from code, for task `hello`; `from` is where the rule of a timing without a start counts from. */
export function newSchedule(name: string, definition: Partial<ScheduleDefinition> = {}, from = 0): NewSchedule {
  const whole = definitionOf(definition)
  return {
    name,
    source: 'code',
    task: 'hello',
    plan: { definition: whole, rule: ruleOf(whole.timing, from) },
    fault: null,
    declaredAt: Number.MAX_SAFE_INTEGER,
  }
}

/** A schedule that its source could not make a plan of. */
export function faultySchedule(name: string, fault = 'no such zone'): NewSchedule {
  return { name, source: 'code', task: 'hello', plan: null, fault, declaredAt: Number.MAX_SAFE_INTEGER }
}

function ruleOf(timing: Timing, from: number): Rule {
  return timing.kind === 'every' ? { kind: 'every', everyMs: timing.everyMs, from, tz: timing.tz } : timing
}

/** A slot that a scheduler wants to fire, on time. */
export function dueSlot(slot: number, overrides: Partial<DecidedSlot> = {}): DecidedSlot {
  return { slot, through: slot, count: 1, outcome: 'fired', reason: null, lateMs: 0, ...overrides }
}

/** A claim by a scheduler that knows the schedule as it is. */
export function claimOf(
  { name, revision, decidedUntil }: Pick<StoredSchedule, 'name' | 'revision' | 'decidedUntil'>,
  slots: readonly DecidedSlot[],
  overrides: Partial<SlotClaim> = {},
): SlotClaim {
  return { name, revision, decidedUntil, slots, job: newJob(), ...overrides }
}
