import { describe, expect, test } from 'vitest'
import { commandFirst, type DeclaredFlags, readArgv } from '../../src/cli/argv.js'

const declared: DeclaredFlags = {
  json: { type: 'boolean' },
  color: { type: 'boolean', allowNo: true },
  yes: { type: 'boolean', char: 'y' },
  follow: { type: 'boolean', char: 'f' },
  queue: { type: 'option', char: 'q' },
  data: { type: 'option' },
}

describe('the words of a command line', () => {
  test.each<[line: string[], words: string[], flags: string[]]>([
    [['echo', '1', '2', '1'], ['echo', '1', '2', '1'], []],
    [['echo', '2', 'echo', '1'], ['echo', '2', 'echo', '1'], []],
    [['echo', '', 'a', ''], ['echo', '', 'a', ''], []],
    [
      ['--json', 'echo', '1', '-q', 'mail', '1'],
      ['echo', '1', '1'],
      ['--json', '-q', 'mail'],
    ],
    [['echo', '-1', '-1.5', '-.5', '-'], ['echo', '-1', '-1.5', '-.5', '-'], []],
    [['echo', 'name=--x', 'a=-y'], ['echo', 'name=--x', 'a=-y'], []],
    [['echo', '--data', '-1'], ['echo'], ['--data', '-1']],
    [
      ['echo', '--data=', 'x'],
      ['echo', 'x'],
      ['--data', ''],
    ],
    [['echo', '--data=a=b'], ['echo'], ['--data', 'a=b']],
    [['echo', '-qmail', '-q=mail'], ['echo'], ['-qmail', '-q=mail']],
    [
      ['echo', '-yf', '1'],
      ['echo', '1'],
      ['-y', '-f'],
    ],
    [
      ['echo', '-yq', 'mail', '1'],
      ['echo', '1'],
      ['-y', '-q', 'mail'],
    ],
    [['echo', '--json=true', '--yes=YES', '--follow=1'], ['echo'], ['--json', '--yes', '--follow']],
    [['echo', '--json=false', '--yes=no', '-f=0'], ['echo'], []],
    [['echo', '--color=false', '--no-color=false'], ['echo'], ['--no-color', '--color']],
    [['echo', '--no-color', '--color'], ['echo'], ['--no-color', '--color']],
    [
      ['echo', '--unknown', '1', '--other=2'],
      ['echo', '1'],
      ['--unknown', '--other=2'],
    ],
    [['echo', '--data'], ['echo'], ['--data']],
    [['echo', '1', '--', '--json', '-y', '--'], ['echo', '1', '--json', '-y', '--'], []],
    [['echo', '__proto__', '--__proto__', 'constructor'], ['echo', '__proto__', 'constructor'], ['--__proto__']],
  ])('%j', (line, words, flags) => {
    expect(readArgv(line, declared)).toEqual({ words, flags, command: null })
  })

  test('A leading -- means a command; a later one ends the flags.', () => {
    expect(readArgv(['--json', '--', 'make', '-y', '--', 'x'], declared)).toEqual({
      flags: ['--json'],
      words: ['make', '-y', '--', 'x'],
      command: ['make', '-y', '--', 'x'],
    })
    expect(readArgv(['--'], declared).command).toEqual([])
    expect(readArgv(['task', '--', 'make'], declared)).toMatchObject({ words: ['task', 'make'], command: null })
  })

  test.each(['--json=maybe', '--yes=', '-y=2', '--no-color=x'])('%s is refused by its name.', (word) => {
    expect(() => readArgv([word], declared)).toThrow(/^--?[a-z-]+ takes no value "/)
  })

  test.each<[line: string[], moved: string[]]>([
    [
      ['--json', 'status'],
      ['status', '--json'],
    ],
    [
      ['--queue', 'x', 'run', 'hello', '1'],
      ['run', 'hello', '1', '--queue', 'x'],
    ],
    [
      ['--queue=x', 'workers', 'start', '--burst'],
      ['workers', 'start', '--queue', 'x', '--burst'],
    ],
    [
      ['--json', 'run', '--', 'make', '-j'],
      ['run', '--json', '--', 'make', '-j'],
    ],
    [['--help'], ['--help']],
    [
      ['run', '--json', 'x'],
      ['run', '--json', 'x'],
    ],
    [
      ['--unknown', 'status'],
      ['--unknown', 'status'],
    ],
  ])('Global flags before the command: %j', (line, moved) => {
    expect(commandFirst(line, declared)).toEqual(moved)
  })
})
