import { describe, expect, test } from 'vitest'
import { Prefetch } from '../../../src/engine/pool/prefetch.js'
import { movableClock } from '../../../src/testing/test-clock.js'

describe('How many jobs are claimed ahead', () => {
  const clock = movableClock()

  /** Jobs that end one after the other, with the look for more that comes after each. */
  async function oneByOne(prefetch: Prefetch, jobs: number, eachMs: number): Promise<void> {
    for (let job = 0; job < jobs; job++) {
      prefetch.resume()
      await clock.advance(eachMs)
      prefetch.ended(1)
    }
  }

  test('Jobs that are claimed one at a time show their pace too.', async () => {
    const prefetch = new Prefetch(clock, 50, 2_000)
    await oneByOne(prefetch, 100, 0.1)
    expect(prefetch.ahead).toBeGreaterThan(400)
  })

  test('Claims ahead as many jobs as start within the time, up to the maximum.', async () => {
    const prefetch = new Prefetch(clock, 50, 200)
    await oneByOne(prefetch, 10, 1)
    expect(prefetch.ahead).toBe(50)
    await oneByOne(prefetch, 1_000, 0.01)
    expect(prefetch.ahead).toBe(200)
  })

  test('A time in which there was nothing to do does not make jobs look slow.', async () => {
    const prefetch = new Prefetch(clock, 50, 2_000)
    await oneByOne(prefetch, 10, 1)
    prefetch.pause()
    await clock.advance(60_000)
    await oneByOne(prefetch, 10, 1)
    expect(prefetch.ahead).toBe(50)
  })

  test('Slow jobs leave nothing to claim ahead.', async () => {
    const prefetch = new Prefetch(clock, 50, 2_000)
    await oneByOne(prefetch, 1, 200)
    expect(prefetch.ahead).toBe(0)
  })
})
