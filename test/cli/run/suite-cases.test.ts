import { expect, test } from 'vitest'
import { suiteCases } from '../../../src/cli/run/suite-cases.js'
import { jobToJson } from '../../../src/views/job.js'
import { suiteToJson, tookMs } from '../../../src/views/suite.js'
import { attemptThat, runningJob } from '../../support/job.js'

const ended = jobToJson(
  runningJob({ task: 'smoke.db', state: 'completed', attempt: 2, startedAt: 5_000, endedAt: 5_200 }),
  [
    attemptThat('failed', { attempt: 1, startedAt: 1_000, endedAt: 1_100 }),
    attemptThat('completed', { attempt: 2, startedAt: 5_000, endedAt: 5_200 }),
  ],
  [],
)

test('The time of a task is from its first start to its end, with the waits between its attempts.', () => {
  expect(tookMs(ended)).toBe(4_200)
})

test('A case has what its job printed, without colours, and the number of its attempts.', () => {
  const printed = new Map([[ended.id, { stdout: '\u001b[31mred\u001b[0m\n', stderr: '' }]])
  expect(suiteCases(suiteToJson([ended], [], 1), { root: '/', tasks: [], printed })).toMatchObject([
    { name: 'smoke.db', file: null, stdout: 'red\n', durationMs: 4_200, properties: { job: ended.id, attempts: '2' } },
  ])
})
