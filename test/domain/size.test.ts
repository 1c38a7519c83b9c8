import { describe, expect, test } from 'vitest'
import { parseSize } from '../../src/domain/size.js'

describe('sizes', () => {
  test.each([
    ['512mb', 512 * 1024 ** 2],
    ['1.5gb', 1.5 * 1024 ** 3],
    ['10 KB', 10 * 1024],
    ['7b', 7],
  ])('%s', (text, bytes) => {
    expect(parseSize(text, '--max-memory')).toBe(bytes)
  })

  test.each(['', '512', 'mb', '-1mb', '1tb', '0mb', '1e3mb', 'NaNmb'])('%j is none', (text) => {
    expect(() => parseSize(text, '--max-memory')).toThrow('--max-memory: ')
  })
})
