import { plainTaskDefaults } from '../../src/domain/request.js'
import { parseSchedule, type ScheduleOptions } from '../../src/domain/schedule/options.js'
import type { NewSchedule, StoredSchedule } from '../../src/domain/schedule/schedule.js'

/** A schedule of task `hello`, each hour of UTC unless said. */
export function newSchedule(options: ScheduleOptions = {}, overrides: Partial<NewSchedule> = {}, now = 0): NewSchedule {
  const times = options.every === undefined && options.at === undefined ? { cron: '0 * * * *' } : {}
  const plan = parseSchedule({ tz: 'UTC', ...times, ...options }, plainTaskDefaults, now)
  return {
    name: 'hello',
    source: 'cli',
    task: 'hello',
    plan,
    fault: null,
    declaredAt: Number.MAX_SAFE_INTEGER,
    ...overrides,
  }
}

/** A schedule as a store would answer it: nothing has become of any slot since `decidedUntil`. */
export function storedSchedule(options: ScheduleOptions = {}, overrides: Partial<StoredSchedule> = {}): StoredSchedule {
  return {
    ...newSchedule(options),
    revision: 1,
    createdAt: 0,
    decidedUntil: 0,
    fired: 0,
    pausedAt: null,
    pauses: [],
    clockAhead: null,
    waiting: 0,
    lastSlot: null,
    lastSuccessAt: null,
    slotTotals: {},
    ...overrides,
  }
}
