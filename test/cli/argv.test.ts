import { describe, expect, test } from 'vitest'
import { type DeclaredFlags, helpAndVersion, isFlag, readArgv } from '../../src/cli/argv.js'

const declared: DeclaredFlags = {
  json: { type: 'boolean' },
  color: { type: 'boolean', allowNo: true },
  yes: { type: 'boolean', char: 'y' },
  follow: { type: 'boolean', char: 'f' },
  queue: { type: 'option', char: 'q' },
  data: { type: 'option' },
  state: { type: 'option' },
  ...helpAndVersion,
}

function read(line: readonly string[]) {
  const { words, options, booleans, command, mistakes } = readArgv(line, declared)
  const shown = mistakes.map(({ message, hint }) => [message, hint])
  return { words, options, booleans: Object.fromEntries(booleans), command, mistakes: shown }
}

const nothing = { words: [], options: [], booleans: {}, command: null, mistakes: [] }

describe('the words of a command line', () => {
  test.each<[line: string[], words: string[]]>([
    [
      ['echo', '1', '2', '1'],
      ['echo', '1', '2', '1'],
    ],
    [
      ['echo', '2', 'echo', '1'],
      ['echo', '2', 'echo', '1'],
    ],
    [
      ['echo', '', 'a', ''],
      ['echo', '', 'a', ''],
    ],
    [
      ['add', '-1', '-1.5', '-.5', '-1e3', '-'],
      ['add', '-1', '-1.5', '-.5', '-1e3', '-'],
    ],
    [
      ['echo', 'name=--x', 'a=-y', 'b:=-1'],
      ['echo', 'name=--x', 'a=-y', 'b:=-1'],
    ],
    [
      ['echo', '1', '--', '--json', '-y', '--'],
      ['echo', '1', '--json', '-y', '--'],
    ],
    [
      ['__proto__', 'constructor', 'toString'],
      ['__proto__', 'constructor', 'toString'],
    ],
  ])('%j', (line, words) => {
    expect(read(line)).toEqual({ ...nothing, words })
  })

  test('Flags stand before, between and behind the words.', () => {
    expect(read(['--json', 'echo', '1', '-q', 'mail', '1', '-y'])).toEqual({
      ...nothing,
      words: ['echo', '1', '1'],
      options: [['queue', 'mail']],
      booleans: { json: true, yes: true },
    })
  })

  test('A leading -- means a command; a later one ends the flags.', () => {
    const words = ['make', '-y', '--', 'x']
    expect(read(['--json', '--', ...words])).toEqual({ ...nothing, booleans: { json: true }, words, command: words })
    expect(read(['--']).command).toEqual([])
    expect(read(['task', '--', 'make'])).toEqual({ ...nothing, words: ['task', 'make'] })
  })
})

describe('flags with a value', () => {
  test.each<[line: string[], name: string, value: string]>([
    [['--data', 'x'], 'data', 'x'],
    [['--data', '-1'], 'data', '-1'],
    [['--data', '-'], 'data', '-'],
    [['--data=a=b\nc'], 'data', 'a=b\nc'],
    [['--data=--json'], 'data', '--json'],
    [['--data=--'], 'data', '--'],
    [['--queue=-q'], 'queue', '-q'],
    [['-q', 'mail'], 'queue', 'mail'],
    [['-qmail'], 'queue', 'mail'],
    [['-q=mail'], 'queue', 'mail'],
    [['-q=--json'], 'queue', '--json'],
    [['-qy'], 'queue', 'y'],
  ])('%j', (line, name, value) => {
    expect(read(line)).toEqual({ ...nothing, options: [[name, value]] })
  })

  test('One that is given several times is kept several times, in order.', () => {
    expect(read(['--state', 'b', '--state=a', '--state', 'b']).options).toEqual([
      ['state', 'b'],
      ['state', 'a'],
      ['state', 'b'],
    ])
  })

  test.each<[line: string[], message: string, hint: string | null]>([
    [['--data'], '--data needs a value', null],
    [['-yq'], '-q needs a value', null],
    [['--data', ''], '--data needs a value', 'the one given is empty'],
    [['--data='], '--data needs a value', 'the one given is empty'],
    [['-q='], '-q needs a value', 'the one given is empty'],
    [['--data', '--', 'x'], '--data needs a value', null],
    [['--data', '--json'], '--data needs a value', 'if --json is the value, write --data=--json'],
    [['-q', '-y'], '-q needs a value', 'if -y is the value, write -q=-y'],
    [['--data', '--other'], '--data needs a value', 'if --other is the value, write --data=--other'],
  ])('%j has none.', (line, ...mistake) => {
    expect(read(line)).toMatchObject({ options: [], mistakes: expect.arrayContaining([mistake]) })
  })
})

describe('flags without a value', () => {
  test.each<[line: string[], booleans: object]>([
    [['--json=true', '--yes=YES', '--follow=1'], { json: true, yes: true, follow: true }],
    [['--json=false', '--yes=No', '-f=0'], { json: false, yes: false, follow: false }],
    [['--no-color'], { color: false }],
    [['--color=false'], { color: false }],
    [['--no-color=false'], { color: true }],
    [['--json', '--json=false'], { json: false }],
    [['--json=false', '--json'], { json: true }],
    [['--no-color', '--color'], { color: true }],
    [['-yf'], { yes: true, follow: true }],
    [['-yf=no'], { yes: true, follow: false }],
    [['-hV', '--help=false'], { help: false, version: true }],
  ])('%j', (line, booleans) => {
    expect(read(line)).toEqual({ ...nothing, booleans })
  })

  test('Several in one word may end with one that takes a value.', () => {
    expect(read(['-yq', 'mail', '1'])).toEqual({
      ...nothing,
      words: ['1'],
      options: [['queue', 'mail']],
      booleans: { yes: true },
    })
    expect(read(['-yqmail'])).toMatchObject({ options: [['queue', 'mail']], booleans: { yes: true } })
  })

  test.each<[word: string, flag: string, value: string]>([
    ['--json=maybe', '--json', 'maybe'],
    ['--yes=', '--yes', ''],
    ['-y=2', '-y', '2'],
    ['--no-color=x', '--no-color', 'x'],
  ])('%s is refused as it was written.', (word, flag, value) => {
    const hint = `write ${flag}, ${flag}=true or ${flag}=false`
    expect(read([word])).toEqual({ ...nothing, mistakes: [[`${flag} takes no value "${value}"`, hint]] })
  })
})

describe('flags that there are not', () => {
  test.each<[word: string, flag: string, meant: string | null]>([
    ['--jsno', '--jsno', '--json'],
    ['--qeue=mail', '--qeue', '--queue'],
    ['--Json', '--Json', '--json'],
    ['-follow', '-follow', '--follow'],
    ['-json', '-json', '--json'],
    ['-x', '-x', null],
    ['-yx', '-x', null],
    ['-yxf=1', '-yxf', '--yes'],
    ['--no-json', '--no-json', null],
    ['--__proto__', '--__proto__', null],
    ['--constructor=1', '--constructor', null],
    ['--=x', '--', null],
    ['-=x', '-', null],
  ])('%s', (word, flag, meant) => {
    const hint = meant === null ? expect.not.stringContaining('did you mean') : `did you mean "${meant}"?`
    expect(read([word, 'next'])).toMatchObject({ words: ['next'], mistakes: [[`there is no flag ${flag}`, hint]] })
  })

  test('A number below zero and a lone - are no flags.', () => {
    expect(['-1', '-.5', '-', '', 'x', '=-y'].filter(isFlag)).toEqual([])
    expect(['-x', '--x', '--', '--1', '-é'].filter(isFlag)).toEqual(['-x', '--x', '--', '--1', '-é'])
  })
})
