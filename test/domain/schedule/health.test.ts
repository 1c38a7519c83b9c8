import { expect, test } from 'vitest'
import { scheduleHealth } from '../../../src/domain/schedule/health.js'
import type { ScheduleOptions } from '../../../src/domain/schedule/options.js'
import type { StoredSchedule } from '../../../src/domain/schedule/schedule.js'
import { slotsOf } from '../../../src/domain/schedule/slots.js'
import { storedSchedule } from '../../support/parsed-schedule.js'

const hourMs = 3_600_000
const noon = Date.UTC(2030, 5, 1, 12)

/** The health of an hourly schedule at noon. */
function healthOf(overrides: Partial<StoredSchedule>, options: ScheduleOptions = {}) {
  const schedule = storedSchedule(options, { createdAt: noon - 24 * hourMs, ...overrides })
  if (schedule.plan === null) throw new Error('no plan')
  return scheduleHealth(schedule, slotsOf(schedule.plan.rule), noon)
}

test('Right after a resume nothing is behind: the slots of the pause were never to fire.', () => {
  const decidedUntil = noon - 6 * hourMs
  expect(healthOf({ decidedUntil }).overdueMs).toBe(5 * hourMs)
  const pauses = [{ from: decidedUntil + 1, until: noon }]
  expect(healthOf({ decidedUntil, pauses })).toMatchObject({ overdueMs: null, nextAt: noon })
  const two = [
    { from: decidedUntil + 1, until: noon - 3.5 * hourMs },
    { from: noon - 3.2 * hourMs, until: noon - 30 * 60_000 },
  ]
  expect(healthOf({ decidedUntil, pauses: two })).toMatchObject({ overdueMs: null, nextAt: noon })
})

test('A slot before the pause that nobody decided is behind.', () => {
  const decidedUntil = noon - 6 * hourMs
  const pauses = [{ from: noon - 4.5 * hourMs, until: noon }]
  expect(healthOf({ decidedUntil, pauses }).overdueMs).toBe(5 * hourMs)
})

test('While slots pass because they were decided by a clock that was ahead, it says until when.', () => {
  expect(healthOf({ decidedUntil: noon + 5 * hourMs })).toMatchObject({ silentUntil: noon + 5 * hourMs })
  // The next slot of a daily schedule is later than that.
  expect(healthOf({ decidedUntil: noon + 5 * hourMs }, { cron: '0 2 * * *' })).toMatchObject({ silentUntil: null })
  expect(healthOf({ decidedUntil: noon })).toMatchObject({ silentUntil: null })
})

test('A success that is yet to come raises the alarm of one that is expected.', () => {
  const expected = { expectSuccessEvery: '2h' }
  const later = { decidedUntil: noon, lastSuccessAt: noon + 24 * hourMs }
  expect(healthOf(later, expected).withoutSuccess).toEqual({ ms: null, expectedMs: 2 * hourMs, ever: true })
  expect(healthOf({ ...later, lastSuccessAt: noon - hourMs }, expected).withoutSuccess).toBe(null)
})
