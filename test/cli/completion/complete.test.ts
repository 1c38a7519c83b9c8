import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Candidate, complete, type FindNames } from '../../../src/cli/completion/complete.js'
import { type NameKind, namesOfArguments } from '../../../src/cli/completion/kinds.js'
import { readManifest } from '../../../src/cli/completion/manifest.js'
import { bashWords, keptByBash } from '../../../src/cli/completion/shell-words.js'

const manifest = readManifest(join(import.meta.dirname, '../../..'))
const named = (...values: string[]): Candidate[] => values.map((value) => ({ value, description: '' }))
const names: Readonly<Partial<Record<NameKind, Candidate[]>>> = {
  tasks: named('email.send', 'email.digest', 'images'),
  queues: named('default', 'mail', 'media'),
  schedules: named('nightly'),
  commands: named('schedule', 'status'),
  jobs: named('j2', 'j1'),
  'unfinished-jobs': named('j2'),
}
const findNames: FindNames = async (kind) => names[kind] ?? []

async function wordsAfter(line: string): Promise<readonly string[] | string> {
  const { kind, words } = await complete(line.split(' ').slice(1), manifest, findNames)
  return kind === 'words' ? words.map(({ value }) => value) : kind
}

describe('completion', () => {
  test('The first word is a command or a topic, and its summary describes it.', async () => {
    const { words } = await complete([''], manifest, findNames)
    expect(words.map(({ value }) => value)).toEqual(expect.arrayContaining(['run', 'jobs', 'schedule', 'workers']))
    expect(words.filter(({ description }) => description === '')).toEqual([])
    expect(await wordsAfter('offstage ini')).toEqual(['init'])
  })

  test('A topic continues with its commands; "schedule" also with tasks.', async () => {
    expect(await wordsAfter('offstage queues pau')).toEqual(['pause'])
    expect(await wordsAfter('offstage schedule n')).toEqual(['next'])
    expect(await wordsAfter('offstage schedule e')).toEqual(['email.send', 'email.digest'])
  })

  test('Global flags may stand before the command.', async () => {
    expect(await wordsAfter('offstage --store sqlite:x --json run im')).toEqual(['images'])
    expect(await wordsAfter('offstage --js')).toEqual(['--json'])
  })

  test.each([
    ['offstage run em', ['email.send', 'email.digest']],
    ['offstage run --queue ma', ['mail']],
    ['offstage run --queue=ma', ['--queue=mail']],
    ['offstage run -q ma', ['mail']],
    ['offstage workers start --queues mail:5,me', ['mail:5,media']],
    ['offstage schedule next ', ['nightly']],
    ['offstage status ', ['j2', 'j1']],
    ['offstage jobs cancel ', ['j2']],
    ['offstage jobs cancel j2 ', []],
    ['offstage queues pause mail m', ['media']],
    ['offstage help sched', ['schedule']],
    ['offstage completion f', ['fish']],
  ])('%s: %j', async (line, expected) => {
    const found = await wordsAfter(line)
    expect(typeof found === 'string' ? found : [...new Set(found)]).toEqual(expected)
  })

  test('A flag with fixed values offers them, in both forms.', async () => {
    expect(await wordsAfter('offstage run email.send --on-conflict ')).toEqual(['skip', 'replace', 'error'])
    expect(await wordsAfter('offstage run --on-conflict=s')).toEqual(['--on-conflict=skip'])
    expect(await wordsAfter('offstage jobs list --state fa')).toEqual(['failed'])
  })

  test('A flag is offered once, one that may be repeated again.', async () => {
    expect(await wordsAfter('offstage jobs list --json --js')).toEqual([])
    expect(await wordsAfter('offstage jobs list --state failed --sta')).toEqual(['--state'])
    expect(await wordsAfter('offstage workers start --no-sch')).toEqual(['--no-scheduler'])
  })

  test('Files, folders and programs are left to the shell.', async () => {
    expect(await wordsAfter('offstage run --each ')).toBe('files')
    expect(await wordsAfter('offstage run email.send ')).toBe('files')
    expect(await wordsAfter('offstage --cwd ')).toBe('folders')
    expect(await wordsAfter('offstage init ')).toBe('folders')
    expect(await wordsAfter('offstage run -- ma')).toBe('programs')
    expect(await wordsAfter('offstage run --timeout 5m -- make te')).toBe('files')
  })

  test('Nothing is offered where nothing is known.', async () => {
    for (const line of ['offstage frobnicate ', 'offstage tasks x ', 'offstage run --key ', 'offstage status j1 ']) {
      expect(await wordsAfter(line), line).toEqual([])
    }
  })

  test('A name that a shell would have to quote is never offered.', async () => {
    const hostile = ['$(touch x)', '`id`', 'a b', "q'", 'x;y', 'a\nb', '\u001b[31m', '*', '~/x', 'fine']
    const { words } = await complete(['queues', 'pause', ''], manifest, async () => named(...hostile))
    expect(words.map(({ value }) => value)).toEqual(['fine'])
  })

  test('Every command that takes words says what they are.', () => {
    const silent = Object.values(manifest.commands)
      .filter(({ hidden, args, strict }) => hidden !== true && (strict === false || Object.keys(args).length > 0))
      .filter(({ id, args }) => {
        return Object.values(args)[0]?.options === undefined && namesOfArguments(id, 0) === null
      })
    expect(silent.map(({ id }) => id)).toEqual([])
  })
})

describe('a line of bash', () => {
  test.each([
    ['offstage run ', ['offstage', 'run', '']],
    ['offstage  --cwd "my dir"  ru', ['offstage', '--cwd', 'my dir', 'ru']],
    ["offstage --cwd 'a$b' x", ['offstage', '--cwd', 'a$b', 'x']],
    ['offstage --cwd a\\ b x', ['offstage', '--cwd', 'a b', 'x']],
    ['offstage --cwd "un closed', ['offstage', '--cwd', 'un closed']],
    ['~/bin/offstage --cwd ~/p --store=~', ['/home/ada/bin/offstage', '--cwd', '/home/ada/p', '--store=~']],
    ['offstage "$(touch x)" `id` \\', ['offstage', '$(touch x)', '`id`', '\\']],
    ['', ['']],
  ])('%j is read without its quotes, and without running anything.', (line, words) => {
    expect(bashWords(line, '/home/ada')).toEqual(words)
  })

  test('Bash replaces only what follows the last of its word breaks.', () => {
    expect(keptByBash('--state=fa', ' =:')).toBe(8)
    expect(keptByBash('a:b:c', ' =:')).toBe(4)
    expect(keptByBash('plain', ' =:')).toBe(0)
    expect(keptByBash('a:b c:d', ' =:')).toBe(2)
    expect(keptByBash('run "ns:x', ' =:')).toBe(0)
    expect(keptByBash("--task='ns:x", ' =:')).toBe(7)
    expect(keptByBash('run ns\\:x', ' =:')).toBe(0)
  })
})
