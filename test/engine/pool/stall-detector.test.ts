import { expect, test } from 'vitest'
import { StallDetector } from '../../../src/engine/pool/stall-detector.js'
import { movableClock } from '../../../src/testing/test-clock.js'

/** A pool in whose processes jobs wait, and where nothing ends from the beginning. */
function stalling() {
  const clock = movableClock()
  const from = clock.now()
  const recalls: number[] = []
  const stalls: number[] = []
  const reliefs: number[] = []
  const pool = {
    mayStall: true,
    relieve() {
      reliefs.push(clock.now() - from)
    },
    recall(quietMs: number) {
      recalls.push(clock.now() - from)
      if (clock.now() - from < quietMs || !pool.mayStall) return false
      pool.mayStall = false
      return true
    },
  }
  const detector = new StallDetector(pool, clock, 50, () => stalls.push(clock.now() - from))
  return { clock, pool, detector, recalls, reliefs, stalls }
}

test('While jobs wait, the pool may start another process each 50 ms; after 100 ms without an end they are recalled.', async () => {
  const { clock, detector, recalls, reliefs, stalls } = stalling()
  detector.watch()
  detector.watch()
  await clock.advance(1_000)
  expect([recalls, stalls]).toEqual([[50, 100], [100]])
  expect(reliefs).toEqual([50, 100])
})

test('It looks only while something waits, and until it is stopped.', async () => {
  const { clock, pool, detector, recalls } = stalling()
  pool.mayStall = false
  detector.watch()
  await clock.advance(1_000)
  expect(recalls).toEqual([])
  pool.mayStall = true
  detector.watch()
  detector.stop()
  await clock.advance(1_000)
  expect(recalls).toEqual([])
})
