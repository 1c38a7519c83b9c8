import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from '../../src/domain/line-splitter.js'

/** The lines of all pieces, and what is left at the end. */
function split(pieces: readonly string[], maxLength = 1_000) {
  const splitter = new LineSplitter(maxLength)
  const lines = pieces.flatMap((piece) => splitter.add(piece))
  return { lines, isEmpty: splitter.isEmpty, rest: splitter.end() }
}

test('LF, CRLF and a lone CR end a line.', () => {
  expect(split(['a\nb\r\nc\rd'])).toEqual({ lines: ['a', 'b', 'c'], isEmpty: false, rest: 'd' })
  expect(split(['\n\r\n\n'])).toEqual({ lines: ['', '', ''], isEmpty: true, rest: '' })
})

test('A CR at the end of a piece may be half a line end.', () => {
  expect(split(['a\r', '\nb\n'])).toEqual({ lines: ['a', 'b'], isEmpty: true, rest: '' })
  expect(split(['a\r', 'b\n'])).toEqual({ lines: ['a', 'b'], isEmpty: true, rest: '' })
  expect(split(['\r'])).toEqual({ lines: [], isEmpty: false, rest: '' })
  expect(split(['\r', '', '\n'])).toEqual({ lines: [''], isEmpty: true, rest: '' })
})

test('A text becomes a line at its most characters.', () => {
  expect(split(['aaa', 'aa', 'b\nc'], 5)).toEqual({ lines: ['aaaaa', 'b'], isEmpty: false, rest: 'c' })
})

test('However a text is cut into pieces, its lines are the same.', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', '\r', '\n', 'ä') })
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const { lines, rest } = split(pieces)
      const text = pieces.join('')
      // A CR at the very end is a line end whose other half never came.
      const whole = text.replace(/\r$/, '').split(/\r\n|\n|\r/)
      expect([...lines, rest]).toEqual(whole)
    }),
  )
})
