import { expect, test } from 'vitest'
import { notifyTask } from '../../src/domain/notification.js'
import { type EndCounts, TaskReader } from '../../src/domain/task-readings.js'

const now = 100 * 60_000 + 5_000

/** Ends of one task, each of 10 ms. */
function ends(completed: number, failed: number, task = 'send'): EndCounts {
  const ran = completed + failed
  return { task, completed, failed, ran, durationMs: 10 * ran }
}

function readerOf(total: readonly EndCounts[], recent: readonly (EndCounts & { readonly minute: number })[] = []) {
  return new TaskReader({
    now: () => now,
    total: () => total,
    since: (first) => recent.filter(({ minute }) => minute >= first),
  })
}

test('Before anything has ended all figures are 0, and health is healthy.', () => {
  const nothing = { totalTasks: 0, completedTasks: 0, failedTasks: 0, failureRate: 0, averageDurationMs: 0 }
  const reader = readerOf([])
  expect(reader).toMatchObject(nothing)
  expect(reader.getRecentStats({ minutes: 5 })).toEqual(nothing)
  expect(reader.health()).toEqual({ status: 'healthy', ...nothing })
  expect(reader.getTaskStats()).toEqual({})
})

test('Figures are summed up by task and over all; what never ran has no duration.', () => {
  const expired = { task: 'send', completed: 0, failed: 1, ran: 0, durationMs: 0 }
  const reader = readerOf([ends(3, 1), expired, ends(1, 0, 'resize')])
  expect(reader).toMatchObject({ totalTasks: 6, completedTasks: 4, failedTasks: 2, averageDurationMs: 10 })
  expect(reader.failureRate).toBeCloseTo(1 / 3)
  expect(reader.getTaskStats()).toEqual({
    resize: { totalTasks: 1, completedTasks: 1, failedTasks: 0, failureRate: 0, averageDurationMs: 10 },
    send: { totalTasks: 5, completedTasks: 3, failedTasks: 2, failureRate: 0.4, averageDurationMs: 10 },
  })
})

test('A notification of a failure is a task of its own, and not in the sums.', () => {
  const reader = readerOf([ends(0, 1), ends(1, 0, notifyTask)])
  expect(reader.totalTasks).toBe(1)
  expect(reader.failureRate).toBe(1)
  expect(Object.keys(reader.getTaskStats())).toContain(notifyTask)
})

test('A window begins with the minute that its start is in.', () => {
  const reader = readerOf(
    [],
    [
      { minute: 94, ...ends(1, 0) },
      { minute: 95, ...ends(2, 0) },
      { minute: 100, ...ends(4, 0) },
    ],
  )
  expect(reader.getRecentStats({ minutes: 5 }).totalTasks).toBe(6)
  expect(reader.getRecentStats({ minutes: 6 }).totalTasks).toBe(7)
  expect(reader.health({ windowMs: 5 * 60_000 }).totalTasks).toBe(6)
})

test.each([
  [9, 1, 'healthy'],
  [89, 11, 'degraded'],
  [1, 1, 'degraded'],
  [49, 51, 'unhealthy'],
])('Of %i completed and %i failed tasks health is %s: only a larger share than the limit counts.', (...row) => {
  const [completed, failed, status] = row
  expect(readerOf([], [{ minute: 100, ...ends(completed, failed) }]).health().status).toBe(status)
})

test('Limits can be chosen.', () => {
  const reader = readerOf([], [{ minute: 100, ...ends(8, 2) }])
  expect(reader.health({ degradedAbove: 0.2 }).status).toBe('healthy')
  expect(reader.health({ unhealthyAbove: 0.19 }).status).toBe('unhealthy')
  expect(reader.health({ degradedAbove: 0, unhealthyAbove: 1 }).status).toBe('degraded')
})

test.each<[string, () => unknown]>([
  ['minutes: 0', () => readerOf([]).getRecentStats({ minutes: 0 })],
  ['minutes: 61', () => readerOf([]).getRecentStats({ minutes: 61 })],
  ['minutes: 1.5', () => readerOf([]).getRecentStats({ minutes: 1.5 })],
  ['degradedAbove: 10', () => readerOf([]).health({ degradedAbove: 10 })],
  ['unhealthyAbove: NaN', () => readerOf([]).health({ unhealthyAbove: Number.NaN })],
  ['windowMs: 5', () => readerOf([]).health({ windowMs: 5 })],
  ['health(): there is no option "window"', () => readerOf([]).health({ window: 5 } as never)],
])('Refused with what is wrong: %s.', (message, read) => {
  expect(read).toThrow(expect.objectContaining({ code: 'E_OPTION', message: expect.stringContaining(message) }))
})

test('As JSON it has the figures of all time, and those of each task.', () => {
  const reader = readerOf([ends(3, 1)])
  const stats = { totalTasks: 4, completedTasks: 3, failedTasks: 1, failureRate: 0.25, averageDurationMs: 10 }
  expect(JSON.parse(JSON.stringify(reader))).toEqual({ ...stats, tasks: { send: stats } })
})
