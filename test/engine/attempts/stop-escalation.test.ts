import { expect, test } from 'vitest'
import { stopInSteps } from '../../../src/engine/attempts/stop-escalation.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { runningAttempt } from '../../support/attempts.js'

function stopping() {
  const clock = movableClock()
  const from = clock.now()
  const steps: [string, number][] = []
  const attempt = runningAttempt({}, (what) => steps.push([what, clock.now() - from]))
  return { clock, attempt, steps }
}

test('What heeds nothing is asked, abandoned after its grace, terminated a second later, and killed at last.', async () => {
  const { clock, attempt, steps } = stopping()
  stopInSteps(clock, attempt, 'timeout', 5_000)
  await clock.advance(60_000)
  expect(steps).toEqual([
    ['stop for timeout', 0],
    ['abandon', 5_000],
    ['terminate', 6_000],
    ['kill', 6_500],
  ])
})

test('What has ended is left alone.', async () => {
  const { clock, attempt, steps } = stopping()
  stopInSteps(clock, attempt, 'cancelled', 5_000)
  await clock.advance(5_000)
  attempt.cancelNextStep()
  await clock.advance(60_000)
  expect(steps.map(([what]) => what)).toEqual(['stop for cancelled', 'abandon'])
})

test('What is asked again, for another reason, has its grace anew.', async () => {
  const { clock, attempt, steps } = stopping()
  stopInSteps(clock, attempt, 'timeout', 5_000)
  await clock.advance(4_000)
  stopInSteps(clock, attempt, 'cancelled', 5_000)
  await clock.advance(5_000)
  expect(steps).toEqual([
    ['stop for timeout', 0],
    ['stop for cancelled', 4_000],
    ['abandon', 9_000],
  ])
})

test('What has not started is asked, and no more.', async () => {
  const { clock, attempt, steps } = stopping()
  attempt.startedAt = null
  stopInSteps(clock, attempt, 'cancelled', 5_000)
  await clock.advance(60_000)
  expect(steps).toEqual([['stop for cancelled', 0]])
})
