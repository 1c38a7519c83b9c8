import { describe, expect, test } from 'vitest'
import type { DeclaredFlags } from '../../src/cli/argv.js'
import { type Commands, readCommandLine, readHelpLine } from '../../src/cli/command-line.js'

const globals: DeclaredFlags = {
  json: { type: 'boolean' },
  color: { type: 'boolean', allowNo: true },
  cwd: { type: 'option' },
}

const queue = { type: 'option', char: 'q', name: 'queue' }
const ids = ['run', 'status', 'jobs:list', 'schedule', 'schedule:list']
const commands = {
  commands: ids.map((id) => ({ id, flags: { queue } })),
  findCommand: (id: string) => commands.commands.find((command) => command.id === id),
  // oclif takes every command for a topic too.
  findTopic: (id: string) => ['jobs', 'jobs:list', 'schedule', 'schedule:list'].find((name) => name === id),
}

const read = (line: readonly string[]) => readCommandLine(line, globals, commands as unknown as Commands)
const readHelp = (words: readonly string[]) => readHelpLine(words, commands as unknown as Commands)

describe('the command of a command line', () => {
  test.each<[line: string[], id: string, argv: string[]]>([
    [['status'], 'status', []],
    [['--json', 'status'], 'status', ['--json']],
    [['--json=true', '--no-color', 'status', 'j1'], 'status', ['j1', '--json=true', '--no-color']],
    [['--cwd', 'run', 'run', 'hello'], 'run', ['hello', '--cwd', 'run']],
    [['--cwd=run', 'run', 'hello'], 'run', ['hello', '--cwd=run']],
    [['jobs', '--json', 'list', '-q', 'x'], 'jobs:list', ['--json', '-q', 'x']],
    [['schedule', '--cwd', 'x', 'list'], 'schedule:list', ['--cwd', 'x']],
    [['schedule', 'other', 'list'], 'schedule', ['other', 'list']],
    [['run', 'run', '1', 'run'], 'run', ['run', '1', 'run']],
    [['run', 'add', '-1', '--json', '2', '-3'], 'run', ['add', '-1', '2', '-3', '--json']],
    [['--json', 'run', '--', 'make', '-h'], 'run', ['--json', '--', 'make', '-h']],
    [['run', '-q', 'x', '--', '--version'], 'run', ['-q', 'x', '--', '--version']],
    [['run', 'echo', '--queue=-h'], 'run', ['echo', '--queue=-h']],
    [['run', ''], 'run', ['']],
    [['status', '--unknown'], 'status', ['--unknown']],
    [['status', '--help=false'], 'status', ['--help=false']],
  ])('%j', (line, id, argv) => {
    expect(read(line)).toEqual({ kind: 'command', id, argv })
  })

  test.each<[line: string[], id: string | null]>([
    [[], null],
    [['-h'], null],
    [['--json', '--help'], null],
    [['run', '-h'], 'run'],
    [['-h', 'run'], 'run'],
    [['run', 'hello', '--queue', 'x', '--unknown', '--help'], 'run'],
    [['run', 'hello', '--help=yes'], 'run'],
    [['jobs'], 'jobs'],
    [['jobs', '-h'], 'jobs'],
    [['--json', 'jobs', '-h'], 'jobs'],
  ])('%j asks for help.', (line, id) => {
    expect(read(line)).toEqual({ kind: 'help', id })
  })

  test.each([[['-V']], [['--version']], [['--no-color', '-V']], [['status', '-q', 'x', '-V']]])(
    '%j asks for the version.',
    (line) => {
      expect(read(line)).toEqual({ kind: 'version' })
    },
  )

  test.each<[line: string[], message: string, hint: string]>([
    [['stauts', 'j1'], 'no command stauts', 'did you mean "offstage status"?'],
    [['jobs', 'lst', 'x'], 'no command jobs lst', 'did you mean "offstage jobs list"?'],
    [['job', 'list'], 'no command job list', 'did you mean "offstage jobs list"?'],
    [['jobs', 'frob'], 'no command jobs frob', 'see "offstage jobs --help"'],
    [['jobs:list'], 'no command jobs:list', 'did you mean "offstage jobs list"?'],
    [['jobs:list', 'extra'], 'no command jobs:list', 'did you mean "offstage jobs list"?'],
    [['jobs', 'frobnicate'], 'no command jobs frobnicate', 'see "offstage jobs --help"'],
    [['frobnicate', '--help'], 'no command frobnicate', 'see "offstage --help"'],
    [[''], 'no command ""', 'see "offstage --help"'],
    [['jobs', '--json'], 'jobs needs a command before its flags', 'see "offstage jobs --help"'],
    [['jobs', '-q', 'x', 'list'], 'jobs needs a command before its flags', 'see "offstage jobs --help"'],
    [['--json'], 'there is no command', 'see "offstage --help"'],
    [['--queue=x', 'run', 'a'], '--queue stands before the command', 'only global flags may; write it behind the name'],
    [['--json', '-q', 'x', 'run'], '-q stands before the command', 'only global flags may; write it behind the name'],
    [['--jsno', 'status'], 'there is no flag --jsno', 'did you mean "--json"?'],
    [['--', 'make'], 'there is no command before "--"', 'to run one as a job: offstage run -- make test'],
  ])('%j is refused.', (line, message, hint) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ message, hint }))
  })

  test.each<[words: string[], id: string | null]>([
    [[], null],
    [['run'], 'run'],
    [['jobs'], 'jobs'],
    [['jobs', 'list'], 'jobs:list'],
    [['schedule'], 'schedule'],
  ])('help %j shows the help of what the words name.', (words, id) => {
    expect(readHelp(words)).toBe(id)
  })

  test.each<[words: string[], message: string]>([
    [['run', 'extra'], '"extra" is one word too many'],
    [['jobs', 'list', 'j1'], '"j1" is one word too many'],
    [['jobs', 'frob'], 'no command jobs frob'],
    [['jobs:list'], 'no command jobs:list'],
    [[''], 'no command ""'],
  ])('help %j is refused.', (words, message) => {
    expect(() => readHelp(words)).toThrow(expect.objectContaining({ message }))
  })
})
