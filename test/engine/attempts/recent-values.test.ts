import { expect, test } from 'vitest'
import { RecentValues } from '../../../src/engine/attempts/recent-values.js'

function kept(recent: RecentValues<number, string>, upTo: number): number[] {
  return Array.from({ length: upTo }, (_, index) => index + 1).filter((key) => recent.get(key) !== undefined)
}

test('The newest are kept: half as many as may be, at least.', () => {
  const recent = new RecentValues<number, string>(6, 1_000_000)
  for (let key = 1; key <= 100; key++) {
    recent.set(key, `value ${key}`, `value ${key}`.length)
    expect(recent.get(key)).toBe(`value ${key}`)
    expect(kept(recent, key).length).toBeLessThanOrEqual(6)
    expect(kept(recent, key).slice(-3)).toEqual([key - 2, key - 1, key].filter((one) => one > 0))
  }
})

test('Long texts push each other out; the newest is there, however long.', () => {
  const recent = new RecentValues<number, string>(1_000, 100)
  for (let key = 1; key <= 50; key++) recent.set(key, 'x'.repeat(10), 'x'.repeat(10).length)
  expect(kept(recent, 50).length).toBeLessThanOrEqual(10)
  expect(kept(recent, 50).slice(-5)).toEqual([46, 47, 48, 49, 50])
  recent.set(51, 'x'.repeat(500), 'x'.repeat(500).length)
  expect(recent.get(51)).toHaveLength(500)
  recent.set(52, 'x', 'x'.length)
  expect(recent.get(52)).toBe('x')
})

test('What is set again has its newest value.', () => {
  const recent = new RecentValues<string, string>(4, 1_000)
  for (const [key, value] of [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['c', '4'],
    ['a', '5'],
  ] as const) {
    recent.set(key, value, value.length)
    expect(recent.get(key)).toBe(value)
  }
})
