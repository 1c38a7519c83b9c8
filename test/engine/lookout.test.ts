import { expect, test } from 'vitest'
import { Lookout } from '../../src/engine/lookout.js'
import { movableClock } from '../support/clock.js'

const dayMs = 24 * 3_600_000

/** A lookout that has looked once, and its clock. */
function looking() {
  const clock = movableClock()
  const lookout = new Lookout(clock)
  lookout.looked(clock.now(), clock.monotonicMs())
  return { clock, lookout }
}

test('A day that comes out as a millisecond less, since two clocks were read one after the other, is told as a day.', () => {
  const { clock, lookout } = looking()
  clock.advance(5_000)
  const set = clock.now() + dayMs - 1
  clock.setWall(set)
  expect(lookout.reason(set)).toMatch(/^the clock went forth by 1d, from 2030-01-01T00:00:0/)
})

test('A clock that was set back by half an hour has moved by that, whatever passed meanwhile.', () => {
  const { clock, lookout } = looking()
  clock.advance(5_000)
  const set = clock.now() - dayMs / 48
  clock.setWall(set)
  expect(lookout.jumpMs(set)).toBe(-dayMs / 48)
})

test('A look that took long is not taken for a clock that was set.', () => {
  const { clock, lookout } = looking()
  const [began, beganMonotonic] = [clock.now(), clock.monotonicMs()]
  clock.advance(60_000)
  lookout.looked(began, beganMonotonic)
  expect(lookout.jumpMs(clock.now())).toBe(0)
})
