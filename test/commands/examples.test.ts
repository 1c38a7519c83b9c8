import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DeclaredFlags } from '../../src/cli/argv.js'
import { helpAndVersion, readArgv } from '../../src/cli/argv.js'
import { checkLine } from '../../src/cli/check-line.js'
import { bashWords } from '../../src/cli/completion/shell-words.js'
import { cliProject } from '../support/cli.js'

interface Declared {
  readonly id: string
  readonly hidden?: boolean
  readonly description?: string
  readonly strict: boolean
  readonly examples?: readonly string[]
  readonly args: object
  readonly flags: Readonly<Record<string, { readonly env?: string; readonly helpGroup?: string }>>
}

const { commands } = JSON.parse(readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, Declared>>
}
const shown = Object.values(commands).filter(({ hidden }) => hidden !== true)
const examples = shown.flatMap((command) =>
  (command.examples ?? []).map((example) => [example.replaceAll('<%= config.bin %>', 'offstage'), command] as const),
)

/** The words of the first command of Offstage in a line of shell, without where its output goes. */
function wordsOf(example: string): readonly string[] {
  const [words = ''] = example.slice(example.indexOf('offstage ')).split(/ (?:[|>;]|&&|2>)/)
  return bashWords(words.trim(), '/home/ada').slice(1)
}

describe('each command', () => {
  test.each(shown.map((command) => [command.id, command] as const))('%s has two examples at least.', (_, command) => {
    expect(new Set(command.examples).size).toBeGreaterThanOrEqual(2)
  })

  test.each(shown.map((command) => [command.id, command] as const))('%s says its exit codes.', (_, command) => {
    expect(command.description).toMatch(/^Exit codes: 0\b/m)
  })
})

describe('each example', () => {
  test.each(examples)('%s is a line that its command can read.', (example, command) => {
    const words = wordsOf(example)
    const id = command.id.split(':')
    expect(words.slice(0, id.length), 'an example begins with the name of its command').toEqual(id)
    const takesCommand = ['run', 'schedule'].includes(command.id)
    const flags = { ...(command.flags as DeclaredFlags), ...helpAndVersion }
    checkLine(readArgv(words.slice(id.length), flags), command, takesCommand)
  })
})

test('Every flag of "workers start" has its environment variable.', () => {
  const flags = Object.entries(commands['workers:start']?.flags ?? {})
  expect(flags.length).toBeGreaterThan(9)
  for (const [name, { env }] of flags) expect(env, name).toBe(`OFFSTAGE_${name.toUpperCase().replaceAll('-', '_')}`)
})

// They only read, and end by themselves.
const reading =
  /^(tasks|status|health|metrics|doctor|completion|help|jobs:(list|show|logs)|queues:list|workers:list|schedule:(list|next|history))$/

describe('the example of a command that only reads', () => {
  const project = cliProject({
    'tasks/email.mjs': 'export const send = async () => {}',
    'tasks/report.mjs': 'export default async () => {}',
    'lines.jsonl': '1\n'.repeat(43),
  })
  beforeAll(async () => {
    await project.run(['run', 'email.send', '--each', 'lines.jsonl', '--detach'])
    await project.run(['schedule', 'report', '--cron', '0 2 * * *', '--tz', 'Europe/Berlin'])
    await project.run(['queues', 'pause', 'mail'])
  })

  test.each(examples.filter(([example, { id }]) => reading.test(id) && !/--(watch|follow)\b| [|>]/.test(example)))(
    '%s runs.',
    async (example) => {
      const { exitCode, stderr } = await project.run([...wordsOf(example)])
      // A probe may find that something is not well.
      expect([0, 1], stderr).toContain(exitCode)
    },
  )
})
