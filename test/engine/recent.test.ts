import { expect, test } from 'vitest'
import { Recent } from '../../src/engine/recent.js'

test('The newest are kept, at least as many as were asked for and at most twice as many.', () => {
  const recent = new Recent<number, string>(3)
  for (let key = 1; key <= 100; key++) recent.set(key, `value ${key}`)
  const kept = Array.from({ length: 100 }, (_, index) => index + 1).filter((key) => recent.get(key) !== undefined)
  expect(kept.slice(-3)).toEqual([98, 99, 100])
  expect(kept.length).toBeLessThanOrEqual(6)
  expect(recent.get(100)).toBe('value 100')
})

test('What is set again has its newest value.', () => {
  const recent = new Recent<string, number>(2)
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
    ['a', 5],
  ] as const) {
    recent.set(key, value)
    expect(recent.get(key)).toBe(value)
  }
})
