import { describe, expect, test } from 'vitest'
import { defaultHealthLimits, type HealthFacts, isAtLeast, judgeHealth } from '../../src/domain/health.js'

const minute = 60_000
const nothing: HealthFacts = {
  completed: 0,
  failed: 0,
  mostFailing: null,
  queues: [],
  workersAlive: 1,
  schedules: [],
}
const queue = { name: 'mail', queued: 38, oldestMs: 11 * minute, isServed: true }
const judged = (facts: Partial<HealthFacts>) => judgeHealth({ ...nothing, ...facts }, defaultHealthLimits)

describe('the failure rate', () => {
  test.each([
    [0, 0, 'healthy'],
    [1, 0, 'healthy'],
    [90, 10, 'healthy'],
    [899, 101, 'degraded'],
    [50, 50, 'degraded'],
    [499, 501, 'unhealthy'],
    [0, 1, 'unhealthy'],
  ])('%i completed and %i failed are %s: exactly 10 %% and 50 %% are still within.', (completed, failed, status) => {
    expect(judged({ completed, failed }).status).toBe(status)
  })

  test('The reason says how many failed, within what, and what fails most.', () => {
    const mostFailing = { task: 'mail.send', error: 'Error: # too many connections', isSchedule: false }
    expect(judged({ completed: 1_033, failed: 171, mostFailing }).reasons).toEqual([
      {
        status: 'degraded',
        message: '14.2 % of 1,204 tasks failed in 5m (over 10 %); most: mail.send, Error: # too many connections',
        hint: 'see them: offstage jobs list --state failed --task mail.send --ended-within 5m',
      },
    ])
    // A command is counted under its schedule's name, and no task has that.
    const ofSchedule = { ...mostFailing, task: 'backup', isSchedule: true }
    expect(judged({ completed: 0, failed: 1, mostFailing: ofSchedule }).reasons).toMatchObject([
      { hint: 'see them: offstage jobs list --state failed --schedule backup --ended-within 5m' },
    ])
  })
})

describe('queues', () => {
  test('A job that is queued for too long degrades; one at the limit does not.', () => {
    expect(judged({ queues: [{ ...queue, oldestMs: 5 * minute }] }).status).toBe('healthy')
    expect(judged({ queues: [{ ...queue, oldestMs: 5 * minute + 1 }] }).status).toBe('degraded')
    expect(judged({ queues: [{ ...queue, oldestMs: null }] }).status).toBe('healthy')
  })

  test('If no worker is alive then, it is unhealthy; if others are alive, the reason says that none serves the queue.', () => {
    expect(judged({ queues: [{ ...queue, isServed: false }], workersAlive: 0 })).toEqual({
      status: 'unhealthy',
      reasons: [
        {
          status: 'unhealthy',
          message: '38 jobs wait on mail, the oldest for 11m, and no worker is alive',
          hint: 'start one: offstage workers start',
        },
      ],
    })
    expect(judged({ queues: [{ ...queue, queued: 1, isServed: false }] }).reasons).toEqual([
      {
        status: 'degraded',
        message: '1 job waits on mail, the oldest for 11m, and no living worker serves it',
        hint: 'start one: offstage workers start --queues mail',
      },
    ])
    expect(judged({ workersAlive: 0 }).status).toBe('healthy')
  })
})

test('A schedule over five minutes past its time degrades, and so does one without its success.', () => {
  const fine = { name: 'nightly', overdueMs: 5 * minute, withoutSuccess: null, fault: null, silentUntil: null }
  expect(judged({ schedules: [fine] }).status).toBe('healthy')
  const withoutSuccess = { ms: 27 * 60 * minute, expectedMs: 26 * 60 * minute, ever: true }
  expect(judged({ schedules: [{ ...fine, overdueMs: 5 * minute + 1, withoutSuccess }] })).toMatchObject({
    status: 'degraded',
    reasons: [
      { message: 'the schedule nightly is 5m past its time: no scheduler has fired it' },
      { message: 'the schedule nightly has not succeeded for 1d 3h; a success is expected every 1d 2h' },
    ],
  })
})

test('A schedule that waits for a clock that was ahead degrades, and so does one whose last success is yet to come.', () => {
  const fine = { name: 'nightly', overdueMs: null, withoutSuccess: null, fault: null, silentUntil: null }
  const withoutSuccess = { ms: null, expectedMs: 60 * minute, ever: true }
  expect(judged({ schedules: [{ ...fine, silentUntil: Date.UTC(2030, 0, 1), withoutSuccess }] })).toMatchObject({
    status: 'degraded',
    reasons: [
      {
        message:
          'the schedule nightly fires nothing before 2030-01-01T00:00:00.000Z: its times until then were decided while the clock was ahead',
      },
      {
        message:
          'the schedule nightly succeeded last at a time that is yet to come: the clock was ahead; a success is expected every 1h',
      },
    ],
  })
})

test('The worst reasons come first, and statuses are compared by how bad they are.', () => {
  const { reasons } = judged({ queues: [queue], completed: 0, failed: 1 })
  expect(reasons.map(({ status }) => status)).toEqual(['unhealthy', 'degraded'])
  expect(isAtLeast('degraded', 'unhealthy')).toBe(false)
  expect(isAtLeast('unhealthy', 'degraded')).toBe(true)
  expect(isAtLeast('degraded', 'degraded')).toBe(true)
})
