import { describe, expect, test } from 'vitest'
import { systemClock, waitAtMost } from '../../src/engine/clock.js'
import { movableClock } from '../../src/testing/test-clock.js'

const quarterMs = 90 * 86_400_000

describe('the clock of the system', () => {
  test('A time longer than a timer of Node can count does not end at once, and can be cancelled.', async () => {
    let isOver = false
    const cancel = systemClock.after(quarterMs, () => {
      isOver = true
    })
    await systemClock.sleep(20)
    expect(isOver).toBe(false)
    cancel()
  })

  test('What is cancelled is not called.', async () => {
    const calls: string[] = []
    const cancel = systemClock.after(1, () => calls.push('cancelled'))
    systemClock.after(2, () => calls.push('kept'))
    cancel()
    await systemClock.sleep(20)
    expect(calls).toEqual(['kept'])
  })

  test('A sleep ends when its signal fires, before it or while it lasts.', async () => {
    await systemClock.sleep(quarterMs, AbortSignal.abort())
    const stop = new AbortController()
    const asleep = systemClock.sleep(quarterMs, stop.signal)
    stop.abort()
    await asleep
  })

  test('The monotonic clock has fractions of a millisecond, and goes on.', () => {
    const times = Array.from({ length: 100 }, () => systemClock.monotonicMs())
    expect(times.some((time) => !Number.isInteger(time))).toBe(true)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('A wait for a promise ends with it, or when the limit is over.', async () => {
    await waitAtMost(systemClock, quarterMs, Promise.resolve())
    await waitAtMost(systemClock, 1, new Promise(() => {}))
    await expect(waitAtMost(systemClock, quarterMs, Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})

describe('a clock that is moved', () => {
  test('What is due runs in order, each at its time, with what that begins.', async () => {
    const clock = movableClock()
    const from = clock.now()
    const calls: [string, number][] = []
    const note = (name: string) => calls.push([name, clock.now() - from])
    clock.after(20, () => note('second'))
    clock.after(10, () => {
      note('first')
      clock.after(5, () => note('begun by the first'))
    })
    void clock.sleep(12).then(() => note('asleep'))
    clock.after(31, () => note('too late'))
    await clock.advance(30)
    expect(calls).toEqual([
      ['first', 10],
      ['asleep', 12],
      ['begun by the first', 15],
      ['second', 20],
    ])
    expect(clock.now() - from).toBe(30)
  })

  test('What runs late, in steps, still runs in order, and can cancel what comes after it.', async () => {
    const clock = movableClock()
    const calls: string[] = []
    const cancel = clock.after(3, () => calls.push('cancelled'))
    clock.after(2, () => {
      calls.push('first')
      cancel()
    })
    clock.after(4, () => calls.push('second'))
    await clock.advance(100, 10)
    expect(calls).toEqual(['first', 'second'])
  })
})
