import { expect, test } from 'vitest'
import { StallDetector } from '../../../src/engine/pool/stall-detector.js'
import { movableClock } from '../../support/clock.js'

/** A pool in whose processes jobs wait, and where nothing ends from the beginning. */
function stalling() {
  const clock = movableClock()
  const from = clock.now()
  const recalls: number[] = []
  const stalls: number[] = []
  const pool = {
    buffered: 3,
    recall(quietMs: number) {
      recalls.push(clock.now() - from)
      if (clock.now() - from < quietMs || pool.buffered === 0) return false
      pool.buffered = 0
      return true
    },
  }
  const detector = new StallDetector(pool, clock, 50, () => stalls.push(clock.now() - from))
  return { clock, pool, detector, recalls, stalls }
}

test('What waits while nothing ends for a hundred milliseconds is taken back.', async () => {
  const { clock, detector, recalls, stalls } = stalling()
  detector.watch()
  detector.watch()
  await clock.advance(1_000)
  expect([recalls, stalls]).toEqual([[50, 100], [100]])
})

test('It looks only while something waits, and until it is stopped.', async () => {
  const { clock, pool, detector, recalls } = stalling()
  pool.buffered = 0
  detector.watch()
  await clock.advance(1_000)
  expect(recalls).toEqual([])
  pool.buffered = 1
  detector.watch()
  detector.stop()
  await clock.advance(1_000)
  expect(recalls).toEqual([])
})
