import { expect, test } from 'vitest'
import { decodeText, Utf8Check } from '../../src/domain/text.js'

const bytes = (...values: number[]) => Uint8Array.from(values)

test.each<[name: string, bytes: number[], text: string | null]>([
  ['nothing', [], ''],
  ['a text', [0xc3, 0xa9], 'é'],
  ['a real U+FFFD', [0xef, 0xbf, 0xbd], '\ufffd'],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], 'a'],
  ['two of them', [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], '\ufeff'],
  ['Latin-1', [0x63, 0xe9], null],
  ['half a character', [0xe2, 0x82], null],
  ['a character in too many bytes', [0xc0, 0x80], null],
  ['half of a surrogate pair', [0xed, 0xa0, 0x80], null],
  ['UTF-16', [0xff, 0xfe, 0x61, 0x00], null],
])('%s', (_, values, text) => {
  // What was refused before must leave nothing behind.
  decodeText(bytes(0xe2))
  expect(decodeText(bytes(...values))).toBe(text)
})

test('Bytes in pieces are UTF-8 although a piece ends amid a character; a bad one is remembered.', () => {
  const check = new Utf8Check()
  for (const value of [0x61, 0xe2, 0x82, 0xac, 0x0a]) check.add(bytes(value))
  expect(check.isUtf8).toBe(true)
  check.add(bytes(0xe9, 0x0a))
  check.add(bytes(0x61))
  expect(check.isUtf8).toBe(false)
})
