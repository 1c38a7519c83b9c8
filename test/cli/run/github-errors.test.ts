import { afterEach, expect, test, vi } from 'vitest'
import { errorCommand } from '../../../src/cli/run/github-errors.js'
import { withoutCommands } from '../../../src/cli/without-commands.js'
import { commandsIn } from '../../support/github-commands.js'

afterEach(() => vi.unstubAllEnvs())

test('An annotation comes back from the rules of the runner as it was, in one line.', () => {
  vi.stubEnv('GITHUB_WORKSPACE', '/w')
  const message = 'Error: 50 % of a::b, c\r\n::set-output name=x::y\n##[add-mask]z'
  const line = errorCommand({ title: 'a: b, c % d', message, file: '/w/my tasks/a,b:c.ts', line: 7 })
  expect(line.split('\n')).toHaveLength(1)
  expect(commandsIn(line)).toEqual([
    {
      name: 'error',
      properties: { file: 'my tasks/a,b:c.ts', line: '7', title: 'a: b, c % d' },
      data: message.replace('\r', '\\x0d'),
    },
  ])
})

test('A file outside of the checkout keeps its whole path, one that is unknown has no line either.', () => {
  vi.stubEnv('GITHUB_WORKSPACE', '/w')
  expect(errorCommand({ title: 't', message: 'm', file: '/else/a.ts', line: null })).toBe(
    '::error file=/else/a.ts,title=t::m',
  )
  expect(errorCommand({ title: 't', message: 'm', file: null, line: 3 })).toBe('::error title=t::m')
})

test('A long error is cut; colours are left out, and what could drive a terminal is an escape.', () => {
  const line = errorCommand({
    title: 't',
    message: `\u001b[31mred\u001b[0m \u0007${'x'.repeat(9_000)}`,
    file: null,
    line: null,
  })
  expect(line).toMatch(/^::error title=t::red \\x07x+…$/)
  expect(line.length).toBeLessThan(4_100)
})

test('Under GitHub no line of a text that we show is a command; elsewhere it stays as it is.', () => {
  const text = 'Error: no\n  ::add-mask::a\n::error::b\nand ##[group]c ::d::'
  expect(withoutCommands(text)).toBe(text)
  expect(commandsIn(text)).toHaveLength(3)
  vi.stubEnv('GITHUB_ACTIONS', 'true')
  expect(commandsIn(withoutCommands(text))).toEqual([])
  expect(withoutCommands('a ::b:: stays')).toBe('a ::b:: stays')
})
