import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Prefetch } from '../../../src/engine/pool/prefetch.js'

describe('How many jobs are claimed ahead', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** Jobs that end one after the other, with the look for more that comes after each. */
  function oneByOne(prefetch: Prefetch, jobs: number, eachMs: number): void {
    for (let job = 0; job < jobs; job++) {
      prefetch.resume()
      vi.advanceTimersByTime(eachMs)
      prefetch.ended(1)
    }
  }

  test('Jobs that are claimed one at a time show their pace too.', () => {
    const prefetch = new Prefetch(50, 2_000)
    oneByOne(prefetch, 100, 0.1)
    expect(prefetch.ahead).toBeGreaterThan(400)
  })

  test('As many as begin within the time, and no more than the most.', () => {
    const prefetch = new Prefetch(50, 200)
    oneByOne(prefetch, 10, 1)
    expect(prefetch.ahead).toBe(50)
    oneByOne(prefetch, 1_000, 0.01)
    expect(prefetch.ahead).toBe(200)
  })

  test('A time in which there was nothing to do does not make jobs look slow.', () => {
    const prefetch = new Prefetch(50, 2_000)
    oneByOne(prefetch, 10, 1)
    prefetch.pause()
    vi.advanceTimersByTime(60_000)
    oneByOne(prefetch, 10, 1)
    expect(prefetch.ahead).toBe(50)
  })

  test('Slow jobs leave nothing to claim ahead.', () => {
    const prefetch = new Prefetch(50, 2_000)
    oneByOne(prefetch, 1, 200)
    expect(prefetch.ahead).toBe(0)
  })
})
