import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { staleWaivers } from './harness.js'
import { storeKinds } from './stores.js'

describe('Waivers of the contract', () => {
  const waiver = { idea: 'claim', test: 'A job runs.', reason: 'because' }

  test('A waiver for a test that is there is no stale one.', () => {
    expect(staleWaivers([waiver], 'claim', ['A job runs.'])).toEqual([])
    expect(staleWaivers([waiver], 'settle', [])).toEqual([])
  })

  test('A waiver for a test that is gone is stale.', () => {
    expect(staleWaivers([waiver], 'claim', ['A job walks.'])).toEqual([waiver])
  })

  test.each(storeKinds)('Every waiver of $name names a file of the contract and a reason.', ({ waivers }) => {
    const files = readdirSync(import.meta.dirname)
    for (const { idea, reason } of waivers) {
      expect(files).toContain(`${idea}.test.ts`)
      expect(reason).not.toBe('')
    }
  })
})
