import { expect, test } from 'vitest'
import { shared } from '../../src/http/shared.js'
import { movableClock } from '../../src/testing/test-clock.js'

test('Whoever asks within a second, or while it is computed, gets the same answer.', async () => {
  const clock = movableClock()
  const pending: ((value: number) => void)[] = []
  const ask = shared(() => new Promise<number>((resolve) => pending.push(resolve)), clock)
  const [first, second] = [ask(), ask()]
  await clock.advance(5_000)
  const third = ask()
  pending[0]?.(1)
  expect(await Promise.all([first, second, third])).toEqual([1, 1, 1])
  await clock.advance(0)
  const later = ask()
  expect(pending).toHaveLength(2)
  pending[1]?.(2)
  expect(await later).toBe(2)
  await clock.advance(999)
  expect(await ask()).toBe(2)
  await clock.advance(1)
  void ask()
  expect(pending).toHaveLength(3)
})

test('An error is shared too, and the next second tries again.', async () => {
  const clock = movableClock()
  let count = 0
  const ask = shared(() => Promise.reject(new Error(`no ${++count}`)), clock)
  await expect(ask()).rejects.toThrow('no 1')
  await expect(ask()).rejects.toThrow('no 1')
  await clock.advance(1_000)
  await expect(ask()).rejects.toThrow('no 2')
})
