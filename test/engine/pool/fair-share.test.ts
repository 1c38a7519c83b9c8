import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharesBeside } from '../../../src/engine/pool/fair-share.js'

const use = (count: number, running: number, share: number) => ({ count, running, share })

describe('shares of the task processes', () => {
  test('Without programs they are even.', () => {
    expect(sharesBeside(10, [use(0, 0, 1), use(0, 0, 1), use(0, 0, 1)])).toEqual([4, 3, 3])
  })

  test('A job that its process may be starting keeps its share.', () => {
    expect(sharesBeside(0, [use(1, 0, 1), use(0, 0, 1)])).toEqual([1, 0])
  })

  test('What waits behind a running job gives way to programs.', () => {
    expect(sharesBeside(0, [use(5, 1, 1), use(0, 0, 1)])).toEqual([0, 0])
  })

  test('What runs elsewhere is taken off.', () => {
    expect(sharesBeside(1, [use(0, 0, 1), use(1, 1, 0)])).toEqual([0, 0])
  })

  test('No share is negative, and without what runs already they are no more than is left.', () => {
    const uses = fc.array(
      fc
        .record({ running: fc.nat(5), waiting: fc.nat(5), share: fc.nat(5) })
        .map(({ running, waiting, share }) => use(running + waiting, running, share)),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 20 }), uses, (left, places) => {
        const shares = sharesBeside(left, places)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
        const held = places.map(({ count, running, share }) => (running >= share ? running : Math.min(count, share)))
        const begun = shares.map((share, index) => Math.max(share, held[index] ?? 0)).reduce((a, b) => a + b, 0)
        expect(begun).toBeLessThanOrEqual(
          Math.max(
            left,
            0,
            held.reduce((a, b) => a + b, 0),
          ),
        )
      }),
    )
  })
})
