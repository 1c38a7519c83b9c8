import { expect, test } from 'vitest'
import type { Entry, Level } from '../../../src/cli/log/entry.js'
import { JobLineLimit } from '../../../src/cli/log/job-line-limit.js'
import { TestClock } from '../../../src/testing/test-clock.js'

const entry = (event: string, level: Level = 'info'): Entry => ({ level, event, text: event, facts: {} })

test('Passes on twenty lines of a kind in a second, and then says how many more there were.', () => {
  const clock = new TestClock()
  const lines: string[] = []
  const limit = new JobLineLimit(clock, ({ text }) => lines.push(text))
  for (let job = 0; job < 1_260; job++) {
    limit.entry(entry('job.started'))
    if (job < 1_258) limit.entry(entry('job.ended'))
  }
  limit.entry(entry('worker.lost', 'warning'))
  expect(lines).toHaveLength(41)
  clock.pass(1_000)
  while (clock.runDue());
  expect(lines.at(-1)).toBe('... 1,240 more jobs started, 1,238 ended in the last second')
  limit.entry(entry('job.started'))
  clock.pass(10_000)
  while (clock.runDue());
  expect(lines).toHaveLength(43)
})

test('Many jobs that end well hide none that fail; failures beyond twenty are counted.', () => {
  const lines: string[] = []
  const limit = new JobLineLimit(new TestClock(), ({ text, level }) => lines.push(`${level} ${text}`))
  for (let job = 0; job < 100; job++) limit.entry(entry('job.ended'))
  for (let job = 0; job < 22; job++) limit.entry(entry('job.ended', 'error'))
  limit.close()
  expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(20)
  expect(lines.at(-1)).toBe('info ... 0 more jobs started, 82 ended, 2 of them failed in the last second')
})
