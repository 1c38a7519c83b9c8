import { afterEach, expect, test, vi } from 'vitest'
import { chosenColour, lookOf, styled } from '../../src/cli/look.js'

const terminal = { isTTY: true, columns: 100 }
const pipe = { isTTY: false, columns: 80 }

afterEach(() => {
  chosenColour.value = null
  vi.unstubAllEnvs()
})

function environment(values: Readonly<Record<string, string>>): void {
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM', 'LC_ALL', 'LC_CTYPE', 'LANG']) vi.stubEnv(name, values[name])
}

test.each<[environment: Record<string, string>, onTerminal: boolean, inPipe: boolean]>([
  [{}, true, false],
  [{ NO_COLOR: '1' }, false, false],
  [{ NO_COLOR: '' }, true, false],
  [{ TERM: 'dumb' }, false, false],
  [{ FORCE_COLOR: '1' }, true, true],
  [{ FORCE_COLOR: '0' }, false, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, true, true],
])('With the environment %j there are colours on a terminal: %s, in a pipe: %s.', (values, onTerminal, inPipe) => {
  environment(values)
  expect(lookOf(terminal).hasColours).toBe(onTerminal)
  expect(lookOf(pipe).hasColours).toBe(inPipe)
})

test('--color and --no-color win over the environment.', () => {
  environment({ NO_COLOR: '1' })
  chosenColour.value = true
  expect(lookOf(pipe).hasColours).toBe(true)
  environment({ FORCE_COLOR: '1' })
  chosenColour.value = false
  expect(lookOf(terminal).hasColours).toBe(false)
})

test('A terminal that reports no width has 80 columns; a pipe has no width.', () => {
  expect(lookOf(terminal).width).toBe(100)
  expect(lookOf({ isTTY: true, columns: 0 }).width).toBe(80)
  expect(lookOf(pipe).width).toBeNull()
})

test.skipIf(process.platform === 'darwin').each([
  [{ LANG: 'en_GB.UTF-8' }, true],
  [{ LC_ALL: 'C.utf8', LANG: 'C' }, true],
  [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, false],
  [{}, false],
])('With the locale %j there are signs beyond ASCII: %s.', (values, expected) => {
  environment(values)
  expect(lookOf(terminal).hasUnicode).toBe(expected)
})

test('A style is a colour by name, and nothing without colours.', () => {
  expect(styled('failed', 'red', { width: 80, hasColours: true, hasUnicode: true })).toBe('\u001b[31mfailed\u001b[39m')
  expect(styled('failed', 'red', { width: 80, hasColours: false, hasUnicode: true })).toBe('failed')
})
