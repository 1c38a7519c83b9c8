import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Pace } from '../../src/engine/pace.js'

describe('How many jobs are claimed ahead', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** Jobs that end one after the other, with the look for more that comes after each. */
  function oneByOne(pace: Pace, jobs: number, eachMs: number): void {
    for (let job = 0; job < jobs; job++) {
      pace.resume()
      vi.advanceTimersByTime(eachMs)
      pace.ended(1)
    }
  }

  test('Jobs that are claimed one at a time show their pace too.', () => {
    const pace = new Pace(50, 2_000)
    oneByOne(pace, 100, 0.1)
    expect(pace.ahead).toBeGreaterThan(400)
  })

  test('As many as begin within the time, and no more than the most.', () => {
    const pace = new Pace(50, 200)
    oneByOne(pace, 10, 1)
    expect(pace.ahead).toBe(50)
    oneByOne(pace, 1_000, 0.01)
    expect(pace.ahead).toBe(200)
  })

  test('A time in which there was nothing to do does not make jobs look slow.', () => {
    const pace = new Pace(50, 2_000)
    oneByOne(pace, 10, 1)
    pace.pause()
    vi.advanceTimersByTime(60_000)
    oneByOne(pace, 10, 1)
    expect(pace.ahead).toBe(50)
  })

  test('Slow jobs leave nothing to claim ahead.', () => {
    const pace = new Pace(50, 2_000)
    oneByOne(pace, 1, 200)
    expect(pace.ahead).toBe(0)
  })
})
