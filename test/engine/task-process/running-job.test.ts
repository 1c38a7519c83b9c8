import { expect, test } from 'vitest'
import { RunningJob } from '../../../src/engine/task-process/running-job.js'

function jobWithReports() {
  const fractions: number[] = []
  const assignment = { id: 'j1', attempt: 1, task: 'one', argsJson: '[]', slot: null, queue: 'default', trace: null }
  const reports = { progress: ({ fraction }: { fraction: number }) => void fractions.push(fraction), log() {} }
  return { job: new RunningJob(assignment, 0, reports), fractions }
}

test('progress() takes a fraction past 0 or 1 as that; NaN leaves it as it was, and none of them fails the job.', () => {
  const { job, fractions } = jobWithReports()
  for (const fraction of [0 / 0, 0.5, Number.NaN, 1.0000000000000002, -1e-17, Number.POSITIVE_INFINITY]) {
    job.progress(fraction, 'a step')
  }
  expect(fractions).toEqual([0, 0.5, 0.5, 1, 0, 1])
})

test('progress() refuses what is no number.', () => {
  const { job, fractions } = jobWithReports()
  for (const fraction of ['0.5', undefined, 1n]) {
    expect(() => job.progress(fraction as never)).toThrow('not a number from 0 to 1')
  }
  expect(fractions).toEqual([])
})
