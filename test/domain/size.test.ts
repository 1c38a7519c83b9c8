import { describe, expect, test } from 'vitest'
import { parseMemoryLimit, parseSize } from '../../src/domain/size.js'

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

test('A limit that no task process can keep is refused.', () => {
  expect(parseMemoryLimit('64mb', '--max-memory')).toBe(64 * 1024 ** 2)
  for (const text of ['1kb', '63mb']) {
    expect(() => parseMemoryLimit(text, '--max-memory')).toThrow(
      `--max-memory: ${text} is too small for a task process`,
    )
  }
})
