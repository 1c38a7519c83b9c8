import { expect, test } from 'vitest'
import { GapDetector } from '../../../src/engine/services/gap-detector.js'
import { movableClock } from '../../../src/testing/test-clock.js'

const dayMs = 24 * 3_600_000

/** A gaps that has looked once, and its clock. */
function looking() {
  const clock = movableClock()
  const gaps = new GapDetector(clock)
  gaps.looked(clock.now(), clock.monotonicMs())
  return { clock, gaps }
}

test('A day that is measured a millisecond short is reported as a day.', async () => {
  const { clock, gaps } = looking()
  await clock.advance(5_000)
  const set = clock.now() + dayMs - 1
  clock.setWall(set)
  expect(gaps.reason(set)).toMatch(/^the clock went forth by 1d, from 2030-01-01T00:00:0/)
})

test('A clock that was set back by half an hour has moved by that, whatever passed meanwhile.', async () => {
  const { clock, gaps } = looking()
  await clock.advance(5_000)
  const set = clock.now() - dayMs / 48
  clock.setWall(set)
  expect(gaps.jumpMs(set)).toBe(-dayMs / 48)
})

test('A look that took long is not taken for a clock that was set.', async () => {
  const { clock, gaps } = looking()
  const [began, beganMonotonic] = [clock.now(), clock.monotonicMs()]
  await clock.advance(60_000)
  gaps.looked(began, beganMonotonic)
  expect(gaps.jumpMs(clock.now())).toBe(0)
})
