import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CliProject, cliProject } from '../support/cli.js'
import { onTerminal } from '../support/pty.js'
import { jobOf } from '../support/store.js'

const files = {
  'tasks/echo.mjs': 'export default (...args) => args\n',
  'tasks/deep.mjs': 'export const echo = (...args) => args\n',
}

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, { strict: boolean; args: object; flags: Record<string, object> }>>
}
const commands = Object.entries(manifest.commands).map(([id, command]) => ({ ...command, words: id.split(':') }))

let shared: Promise<CliProject> | null = null

/** A project with a job and a schedule, for commands that only read. */
function readable(): Promise<CliProject> {
  shared ??= (async () => {
    const project = cliProject(files)
    await project.run(['run', 'echo'])
    await project.run(['schedule', 'echo', '--every', '1d'])
    return project
  })()
  return shared
}

describe.concurrent('the command line', () => {
  test('Arguments reach the task in the order in which they were typed, repeated or not.', async () => {
    const project = cliProject(files)
    const result = async (...words: string[]) => JSON.parse((await project.run(['run', 'echo', ...words])).stdout)
    expect(await result('1', '2', '1')).toEqual([1, 2, 1])
    expect(await result('a', 'echo', 'echo', '', 'a')).toEqual(['a', 'echo', 'echo', '', 'a'])
    expect(await result('-1', '--retries=0', '-1')).toEqual([-1, -1])
    expect(await result('x', '--', '--json', 'x', '-h')).toEqual(['x', '--json', 'x', '-h'])
    expect(await result('name=--x', 'other=-h')).toEqual([{ name: '--x', other: '-h' }])
  })

  test('A schedule keeps its arguments in their order.', async () => {
    const project = cliProject(files)
    const at = ['--in', '1h', '--json']
    const schedule = await project.run(['schedule', 'echo', 'b', 'a', 'b', 'echo', ...at])
    expect(schedule.exitCode, schedule.stderr).toBe(0)
    const triggered = await project.json<{ id: string }>(['schedule', 'trigger', 'echo'])
    expect(await project.json(['jobs', 'show', triggered.id])).toMatchObject({ args: ['b', 'a', 'b', 'echo'] })
  })

  test('A boolean flag takes a value; of several the last one holds, and it wins over the environment.', async () => {
    const project = cliProject(files)
    expect(await project.run(['run', 'echo', '1', '--detach=true'])).toMatchObject({ stdout: 'j1\n', exitCode: 0 })
    const off = ['--detach=false', '--wait=false', '--skip-invalid=no', '--json=false']
    for (const env of [{}, { OFFSTAGE_JSON: '1' }]) {
      expect(await project.run(['run', 'echo', '1', ...off], { env })).toMatchObject({ stdout: '[1]\n', exitCode: 0 })
      expect(await project.run(['run', 'echo', '1', '--json', ...off], { env })).toMatchObject({ stdout: '[1]\n' })
    }
    expect(JSON.parse((await project.run(['status', '--json=false', '--json=yes'])).stdout)).toBeTypeOf('object')
  })

  test('A value that looks like a flag is taken where it is given with =.', async () => {
    const project = cliProject(files)
    for (const key of ['--json', '-q', '-h', '--', '-1']) {
      await project.run(['run', 'echo', '--detach', `--key=${key}`])
    }
    const jobs = await project.json<{ items: { key: string }[] }>(['jobs', 'list'])
    expect(jobs.items.map((job) => job.key).reverse()).toEqual(['--json', '-q', '-h', '--', '-1'])
    const forgotten = await project.run(['run', '--key', '--detach', 'echo'])
    expect(forgotten).toMatchObject({ exitCode: 2, stdout: '' })
    expect(forgotten.stderr).toContain('--key needs a value')
  })

  test('Global flags may come before the command and between its words; -h and -V are heard.', async () => {
    const project = cliProject(files)
    expect(JSON.parse((await project.run(['--json', 'run', 'deep.echo', '1'])).stdout)).toMatchObject({ result: [1] })
    expect(await project.json(['jobs', '--cwd', project.root, 'list'])).toMatchObject({ items: [{ id: 'j1' }] })
    const elsewhere = await project.run(['--cwd', project.root, '--no-color', 'run', 'echo', 'a'], {
      cwd: project.base,
    })
    expect(elsewhere).toMatchObject({ stdout: '["a"]\n', exitCode: 0 })
    for (const args of [['-V'], ['--json', '--version'], ['run', '-V']]) {
      expect(await project.run(args)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^offstage\/\d/) })
    }
    for (const args of [
      ['run', '-h'],
      ['run', 'echo', '-h'],
      ['-h', 'run'],
      ['--json', 'workers', 'start', '-h'],
    ]) {
      expect(await project.run(args)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('USAGE') })
    }
  })

  test('Mistakes are JSON where JSON was asked for, however it was asked for.', async () => {
    const project = cliProject(files)
    for (const args of [
      ['status', '--json=true', '--color=maybe'],
      ['--json=yes', 'stauts'],
      ['jobs', '--json', '-q', 'x', 'list'],
      ['run', 'echo', '--json', '--key'],
    ]) {
      const { stdout, stderr, exitCode } = await project.run(args)
      expect([JSON.parse(stdout), stderr, exitCode]).toMatchObject([{ error: { message: expect.any(String) } }, '', 2])
    }
    const talk = await project.run(['stauts', '--json=false'], { env: { OFFSTAGE_JSON: '1' } })
    expect(talk).toMatchObject({ stdout: '', exitCode: 2 })
  })

  test.each(commands.map(({ words, ...command }) => [words.join(' '), command] as const))(
    '%s refuses what it does not take.',
    async (name, { strict, args }) => {
      const project = cliProject(files)
      const wrong = strict ? [...Object.keys(args), 'extra'] : ['--color=maybe']
      const { stdout, stderr, exitCode } = await project.run([...name.split(' '), ...wrong])
      expect([stdout, exitCode], stderr).toEqual(['', 2])
      expect(stderr).toContain(strict ? '"extra" is one argument too many' : '--color takes no value "maybe"')
    },
  )

  test.each([
    ['init', ''],
    ['status', ''],
    ['status', '--cwd='],
    ['jobs', 'list', '--task', ''],
    ['jobs', 'show', ''],
    ['schedule', 'next', ''],
    ['run', ''],
    ['help', 'run', 'extra'],
    ['jobs:list', 'extra'],
  ])('What an empty variable leaves, and words too many, are refused: %s %s %s', async (...args) => {
    const project = cliProject(files)
    const { stdout, stderr, exitCode } = await project.run(args.filter((word) => word !== undefined))
    expect([stdout, exitCode]).toEqual(['', 2])
    expect(stderr).toMatch(/ is empty\n|needs a value\n|too many\n|no command/)
    expect(existsSync(project.path('offstage.config.json'))).toBe(false)
  })

  test('An unknown flag is refused, with the one that was probably meant.', async () => {
    const project = cliProject(files)
    const refused = await project.run(['run', 'echo', '--detahc=true'])
    expect(refused).toEqual({
      stdout: '',
      stderr: 'error: there is no flag --detahc\n  did you mean "--detach"?\n',
      exitCode: 2,
    })
  })

  test('A task that is nearly a subcommand of schedule may be one that was mistyped.', async () => {
    const project = cliProject({ 'tasks/lst.mjs': 'export default () => 1\n' })
    const hint = 'give one of --cron, --every, --in and --at; or did you mean "offstage schedule list"?'
    const refused = await project.run(['schedule', 'lst'])
    expect(refused).toEqual({ stdout: '', stderr: `error: a schedule has no times\n  ${hint}\n`, exitCode: 2 })
    expect(await project.run(['schedule', 'lst', '--in', '1h'])).toMatchObject({ exitCode: 0 })
  })

  test('A -- without a command is told, and so are flags where the command should be.', async () => {
    const project = cliProject(files)
    for (const args of [
      ['run', '--'],
      ['run', '--', ''],
      ['--detach', 'run', 'echo'],
      ['schedule', '--in', '1h', '--'],
      ['workers', '-c', '5', 'start'],
      ['--json=no'],
    ]) {
      const { stdout, stderr, exitCode } = await project.run(args)
      expect([stdout, exitCode]).toEqual(['', 2])
      expect(stderr).toMatch(/there is no command|needs a command before its flags|stands before the command/)
    }
  })

  test.each([
    'run --help',
    'workers start --help',
    'schedule start --help',
    '--help',
    '-V',
    'help run',
    'jobs',
    'status',
    'tasks',
    'jobs list',
    'jobs show j1',
    'jobs logs j1',
    'queues list',
    'schedule list',
    'schedule next echo',
    'schedule history echo',
  ])('%s exits 0 when its reader has gone.', async (command) => {
    const project = await readable()
    const cut = await project.shell(`{ offstage ${command}; echo $? >&2; } | true`)
    expect(cut).toMatchObject({ stderr: expect.stringMatching(/^0$/m), exitCode: 0 })
  })

  test('An error keeps its exit code when its reader has gone.', async () => {
    const project = await readable()
    const cut = await project.shell('{ offstage jobs show j99 --json; echo $? >&2; } | true')
    expect(cut.stderr).toMatch(/^5$/m)
  })

  test('At a question Ctrl-D means no, Ctrl-C ends with 130, and y goes on.', async () => {
    const project = cliProject(files)
    await project.run(['run', 'echo', '--detach'])
    const cancel = (keys: string) =>
      onTerminal(project, '[y/N]', keys, ['offstage', 'jobs', 'cancel', '--state', 'queued'])
    for (const [keys, exitCode] of [
      ['\\x04', 0],
      ['\\x03', 130],
      ['n\\r', 0],
      ['\\r', 0],
    ] as const) {
      const { screen, exitCode: given } = await cancel(keys)
      expect([given, screen]).toEqual([exitCode, expect.not.stringMatching(/bug|Abort/)])
      expect((await jobOf(project, 'j1')).state).toBe('queued')
    }
    expect((await cancel('y\\r')).exitCode).toBe(0)
    expect((await jobOf(project, 'j1')).state).toBe('cancelled')
  })

  test.each([
    [['run', 'deaf.one'], 'stopping job j1'],
    [['run', 'deaf.one', '--inline'], 'stopping job j1'],
    [['run', 'deaf.*'], 'stopping 2 jobs'],
    [['run', 'deaf.one', '--each', 'lines.jsonl'], 'stopping 2 jobs'],
    [['run', '--', 'sh', '-c', 'trap "" INT TERM; echo begun; sleep 60'], 'stopping job j1'],
  ])('A first Ctrl-C says that jobs are being stopped: %j', async (args, told) => {
    const project = cliProject({
      'tasks/deaf.mjs': `import { setTimeout } from 'node:timers/promises'
import { task } from 'offstage'
const sleep = async () => { console.log('begun'); await setTimeout(60_000) }
export const one = task({ grace: '200ms' }, sleep)
export const two = task({ grace: '200ms' }, () => sleep())
`,
      'lines.jsonl': '1\n2\n',
    })
    // All of them have begun.
    const prompt = told.includes('2 jobs') ? 'begun\r\nbegun' : 'begun'
    const { screen, exitCode } = await onTerminal(project, prompt, '\\x03', ['offstage', ...args])
    expect(screen).toContain(`${told}; a second signal ends at once`)
    expect(exitCode).toBe(130)
  })
})
