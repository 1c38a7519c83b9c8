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
  expect(gaps.reason(set, 0)).toMatch(/^the clock went forth by 1d, from 2030-01-01T00:00:0/)
})

test('A clock that was set back by half an hour has moved by that, whatever passed meanwhile.', async () => {
  const { clock, gaps } = looking()
  await clock.advance(5_000)
  const set = clock.now() - dayMs / 48
  clock.setWall(set)
  expect(gaps.jumpMs(set)).toBe(-dayMs / 48)
})

test('A process that was stopped, a store that refused, and no process at all are three reasons.', async () => {
  const { clock, gaps } = looking()
  await clock.advance(60_000)
  const minute = 'from 2030-01-01T00:00:00.000Z to 2030-01-01T00:01:00.000Z'
  expect(gaps.reason(clock.now(), 0)).toBe(`the scheduler was stopped or too busy ${minute}`)
  gaps.failed('the disk is full')
  gaps.failed('the disk is still full')
  expect(gaps.reason(clock.now(), 0)).toBe(`the store could not be used ${minute}: the disk is full`)
  gaps.looked(clock.now(), clock.monotonicMs())
  await clock.advance(60_000)
  expect(gaps.reason(clock.now(), 0)).toMatch(/^the scheduler was stopped or too busy/)
  const after = new GapDetector(clock)
  after.takeOver(clock.now() - 60_000)
  expect(after.reason(clock.now(), 0)).toMatch(/^no scheduler was at work from 2030-01-01T00:01:00.000Z to /)
})

test('An absence does not begin before slots that were decided, nor in the future.', async () => {
  const clock = movableClock()
  const [begun, decided] = [clock.now(), clock.now() + 20_000]
  await clock.advance(60_000)
  const gaps = new GapDetector(clock)
  const since = 'no scheduler was at work from 2030-01-01T00:00:20.000Z to 2030-01-01T00:01:00.000Z'
  expect(gaps.reason(clock.now(), decided)).toBe(since)
  gaps.takeOver(begun)
  expect(gaps.reason(clock.now(), decided)).toBe(since)
  gaps.takeOver(clock.now() + dayMs)
  expect(gaps.reason(clock.now(), decided)).toBe(since)
})

test('A look that took long is not taken for a clock that was set.', async () => {
  const { clock, gaps } = looking()
  const [began, beganMonotonic] = [clock.now(), clock.monotonicMs()]
  await clock.advance(60_000)
  gaps.looked(began, beganMonotonic)
  expect(gaps.jumpMs(clock.now())).toBe(0)
})
