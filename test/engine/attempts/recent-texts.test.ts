import { expect, test } from 'vitest'
import { RecentTexts } from '../../../src/engine/attempts/recent-texts.js'

function kept(recent: RecentTexts<number>, upTo: number): number[] {
  return Array.from({ length: upTo }, (_, index) => index + 1).filter((key) => recent.get(key) !== undefined)
}

test('The newest are kept: half as many as may be, at least.', () => {
  const recent = new RecentTexts<number>(6, 1_000_000)
  for (let key = 1; key <= 100; key++) {
    recent.set(key, `value ${key}`)
    expect(recent.get(key)).toBe(`value ${key}`)
    expect(kept(recent, key).length).toBeLessThanOrEqual(6)
    expect(kept(recent, key).slice(-3)).toEqual([key - 2, key - 1, key].filter((one) => one > 0))
  }
})

test('Long texts push each other out; the newest is there, however long.', () => {
  const recent = new RecentTexts<number>(1_000, 100)
  for (let key = 1; key <= 50; key++) recent.set(key, 'x'.repeat(10))
  expect(kept(recent, 50).length).toBeLessThanOrEqual(10)
  expect(kept(recent, 50).slice(-5)).toEqual([46, 47, 48, 49, 50])
  recent.set(51, 'x'.repeat(500))
  expect(recent.get(51)).toHaveLength(500)
  recent.set(52, 'x')
  expect(recent.get(52)).toBe('x')
})

test('What is set again has its newest value.', () => {
  const recent = new RecentTexts<string>(4, 1_000)
  for (const [key, value] of [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['c', '4'],
    ['a', '5'],
  ] as const) {
    recent.set(key, value)
    expect(recent.get(key)).toBe(value)
  }
})
