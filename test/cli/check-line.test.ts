import { describe, expect, test } from 'vitest'
import { type DeclaredFlags, readArgv } from '../../src/cli/argv.js'
import { checkLine } from '../../src/cli/check-line.js'

const flags = {
  key: { type: 'option' },
  state: { type: 'option', multiple: true, options: ['queued', 'failed'] },
  yes: { type: 'boolean' },
} as const
const baseFlags = { cwd: { type: 'option' } } as const
const args = { job: { required: true, description: 'The id of a job' }, other: { description: '' } }

const check = (line: readonly string[], { strict = true, takesCommand = false } = {}) =>
  checkLine(
    readArgv(line, { ...baseFlags, ...flags } satisfies DeclaredFlags),
    { args, flags, baseFlags, strict },
    takesCommand,
  )

describe('a command line', () => {
  test.each<[line: string[], options?: object]>([
    [['j1']],
    [['j1', 'x', '--key', 'k', '--yes', '--yes', '--state', 'queued', '--state=failed', '--cwd', '.']],
    [['j1', 'x', '', ''], { strict: false }],
    [['--', 'j1', 'x']],
    [['--', 'make', '', 'y'], { takesCommand: true }],
  ])('%j is taken. %j', (line, options) => {
    expect(() => check(line, options)).not.toThrow()
  })

  test.each<[line: string[], message: string, hint: string | null, options?: object]>([
    [[], 'JOB is missing', 'the id of a job'],
    [[], 'JOB is missing', 'the id of a job', { takesCommand: true, strict: false }],
    [['', 'x'], 'JOB is empty', 'the id of a job'],
    [['j1', ''], 'OTHER is empty', null],
    [['j1', 'x', 'y', 'z'], '"y" is one argument too many', 'see --help for what the command takes'],
    [['j1', 'x', ''], '"" is one argument too many', 'see --help for what the command takes'],
    [['--', 'j1', 'x', 'y'], '"y" is one argument too many', 'see --help for what the command takes'],
    [['--'], 'there is no command after "--"', 'such as: -- make test', { takesCommand: true }],
    [['--', ' ', 'x'], 'there is no command after "--"', 'such as: -- make test', { takesCommand: true }],
    [['j1', '--cwd', ''], '--cwd needs a value', 'the one given is empty'],
    [['j1', '--key', 'a', '--key=a'], '--key is given twice', 'give it once'],
    [['j1', '--state', 'fialed'], '--state: there is no "fialed"', 'did you mean "failed"? there are queued, failed'],
    [['j1', '--state=x'], '--state: there is no "x"', 'there are queued, failed'],
    [['--state=x', '--', 'make'], '--state: there is no "x"', 'there are queued, failed', { takesCommand: true }],
  ])('%j is refused: %s', (line, message, hint, options) => {
    expect(() => check(line, options)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^E_/), message, hint }),
    )
  })
})
