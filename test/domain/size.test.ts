import { describe, expect, test } from 'vitest'
import { formatSize, parseMemoryLimit, parseSize } from '../../src/domain/size.js'

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

test.each([
  [0, '0 bytes'],
  [1_023, '1023 bytes'],
  [1_024, '1 KB'],
  [12 * 1024 ** 2, '12 MB'],
  [1.5 * 1024 ** 3, '1.5 GB'],
  [210.9 * 1024 ** 2, '210 MB'],
  [5 * 1024 ** 5, '5120 TB'],
])('%i bytes are shown as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
})
