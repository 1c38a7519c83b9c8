import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeJson, visible, visibleLine, visibleOutput } from '../../src/views/sanitise.js'
import { drivesMoreThanColour, drivesTerminal } from '../support/terminal.js'

const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\u001b', '[', ']', '0', ';', 'm', '\n', '\r'),
    ),
  )
  .map((parts) => parts.join(''))

describe('text for a terminal', () => {
  test('Whatever could drive it is written out; newlines, tabs and all other text stay.', () => {
    expect(visible('\u001b]0;title\u0007 a\tb\nc\r\u009b1m\u202e')).toBe(
      '\\x1b]0;title\\x07 a\tb\nc\\x0d\\x9b1m\\u202e',
    )
    expect(visible('Grüße, 世界 👋')).toBe('Grüße, 世界 👋')
    expect(visibleLine('a\tb\nc')).toBe('a\\tb\\nc')
  })

  test('Joiners stay in emoji and in scripts that need them; elsewhere they are written out.', () => {
    const family = '👩\u200d👩\u200d👧'
    const iWant = 'می\u200cخواهم'
    expect(visible(`${family} ${iWant} ❤️\u200d🔥 👍🏽\u200dx`)).toBe(`${family} ${iWant} ❤️\u200d🔥 👍🏽\u200dx`)
    expect(visible('ad\u200dmin \u200c\u200d')).toBe('ad\\u200dmin \\u200c\\u200d')
    expect(JSON.parse(safeJson(JSON.stringify(family)))).toBe(family)
    expect(safeJson(JSON.stringify(family))).toContain(family)
  })

  test('In the live output of a task colours stay, and every other sequence is written out.', () => {
    expect(visibleOutput('\u001b[1;32mgreen\u001b[0m\r\n')).toBe('\u001b[1;32mgreen\u001b[0m\n')
    expect(visibleOutput('\u001b[2J\u001b[H\u001b[31')).toBe('\\x1b[2J\\x1b[H\\x1b[31')
    expect(visibleOutput('10 %\r20 %\n')).toBe('10 %\\x0d20 %\n')
  })

  test('JSON keeps its value and shows no control character.', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = safeJson(JSON.stringify({ [text]: text }))
        expect(JSON.parse(json)).toEqual({ [text]: text })
        expect(drivesTerminal(json)).toBeNull()
      }),
    )
  })

  test('Nothing of any text gets through but text, newlines, tabs and, in live output, colours.', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(drivesTerminal(visible(text))).toBeNull()
        expect(visibleLine(text)).not.toMatch(/[\n\t]/)
        expect(drivesMoreThanColour(visibleOutput(text))).toBeNull()
      }),
    )
  })
})
