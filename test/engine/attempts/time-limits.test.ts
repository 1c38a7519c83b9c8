import { expect, test } from 'vitest'
import type { RunningAttempt } from '../../../src/engine/attempts/running-attempt.js'
import { TimeLimits } from '../../../src/engine/attempts/time-limits.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { runningAttempt } from '../../support/attempts.js'

const dayMs = 86_400_000

function limited() {
  const clock = movableClock()
  const from = clock.now()
  const running: RunningAttempt[] = []
  const over: [string, number][] = []
  const limits = new TimeLimits(
    clock,
    () => running,
    ({ claim }) => over.push([claim.job.id, clock.now() - from]),
  )
  const start = (id: string, timeoutMs: number | null) => {
    const attempt = runningAttempt({ id, timeoutMs })
    running.push(attempt)
    limits.started(attempt)
  }
  return { clock, running, over, limits, start }
}

test('Each attempt is over at its own limit, once, in whatever order they started; one without a limit never is.', async () => {
  const { clock, over, start } = limited()
  start('j1', 1_000)
  start('j2', 200)
  start('j3', null)
  await clock.advance(100)
  start('j4', 300.5)
  await clock.advance(dayMs)
  expect(over).toEqual([
    ['j2', 200],
    ['j4', 401],
    ['j1', 1_000],
  ])
})

test('A limit of many days is kept.', async () => {
  const { clock, over, start } = limited()
  start('j1', 90 * dayMs)
  await clock.advance(90 * dayMs - 1)
  expect(over).toEqual([])
  await clock.advance(1)
  expect(over).toEqual([['j1', 90 * dayMs]])
})

test('The clock on the wall has no say.', async () => {
  const { clock, over, start } = limited()
  start('j1', 1_000)
  clock.setWall(clock.now() + dayMs)
  await clock.advance(999)
  expect(over).toEqual([])
  clock.setWall(0)
  await clock.advance(1)
  expect(over).toHaveLength(1)
})

test('What has ended, or was let go of, is not over.', async () => {
  const { clock, running, over, limits, start } = limited()
  start('j1', 100)
  running.length = 0
  await clock.advance(200)
  start('j2', 100)
  limits.stop()
  await clock.advance(200)
  expect(over).toEqual([])
})
