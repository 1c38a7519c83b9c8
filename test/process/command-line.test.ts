import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { onTerminal } from '../support/pty.js'
import { jobOf } from '../support/store.js'

const files = {
  'tasks/echo.mjs': 'export default (...args) => args\n',
  'tasks/deep.mjs': 'export const echo = (...args) => args\n',
}

describe.concurrent('the command line', () => {
  test('Arguments reach the task in the order in which they were typed, repeated or not.', async () => {
    const project = cliProject(files)
    const result = async (...words: string[]) => JSON.parse((await project.run(['run', 'echo', ...words])).stdout)
    expect(await result('1', '2', '1')).toEqual([1, 2, 1])
    expect(await result('a', 'echo', 'echo', '', 'a')).toEqual(['a', 'echo', 'echo', '', 'a'])
    expect(await result('-1', '--retries=0', '-1')).toEqual([-1, -1])
    expect(await result('x', '--', '--json', 'x')).toEqual(['x', '--json', 'x'])
  })

  test('A schedule keeps its arguments in their order.', async () => {
    const project = cliProject(files)
    const at = ['--in', '1h', '--json']
    const schedule = await project.run(['schedule', 'echo', 'b', 'a', 'b', 'echo', ...at])
    expect(schedule.exitCode, schedule.stderr).toBe(0)
    const triggered = await project.json<{ id: string }>(['schedule', 'trigger', 'echo'])
    expect(await project.json(['jobs', 'show', triggered.id])).toMatchObject({ args: ['b', 'a', 'b', 'echo'] })
  })

  test('A boolean flag takes a value, and another one is refused by its name; every command does so.', async () => {
    const project = cliProject(files)
    const detached = await project.run(['run', 'echo', '1', '--detach=true'])
    expect(detached).toMatchObject({ stdout: 'j1\n', exitCode: 0 })
    expect(await project.run(['run', 'echo', '1', '--detach=false', '--json=no'])).toMatchObject({ stdout: '[1]\n' })
    for (const command of [['status'], ['jobs', 'list'], ['queues', 'list'], ['tasks'], ['schedule', 'list']]) {
      expect(JSON.parse((await project.run([...command, '--json=true'])).stdout)).toBeTypeOf('object')
      const refused = await project.run([...command, '--json=maybe'])
      expect(refused).toMatchObject({ stdout: '', exitCode: 2 })
      expect(refused.stderr).toContain('--json takes no value "maybe"')
    }
  })

  test('Global flags may come before the command; -h and -V are heard.', async () => {
    const project = cliProject(files)
    expect(JSON.parse((await project.run(['--json', 'run', 'deep.echo', '1'])).stdout)).toMatchObject({ result: [1] })
    const elsewhere = await project.run(['--cwd', project.root, '--no-color', 'run', 'echo', 'a'], {
      cwd: project.base,
    })
    expect(elsewhere).toMatchObject({ stdout: '["a"]\n', exitCode: 0 })
    expect((await project.run(['-V'])).stdout).toMatch(/^offstage\/\d/)
    for (const args of [
      ['run', '-h'],
      ['run', 'echo', '-h'],
      ['workers', 'start', '-h'],
    ]) {
      expect(await project.run(args)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('USAGE') })
    }
  })

  test('An argument too many, an unknown flag and a flag without its value are usage errors.', async () => {
    const project = cliProject(files)
    for (const args of [
      ['status', 'j1', 'j2'],
      ['tasks', 'x'],
      ['jobs', 'list', 'x'],
      ['queues', 'list', 'x'],
    ]) {
      expect(await project.run(args)).toMatchObject({ exitCode: 2, stdout: '' })
    }
    const unknown = await project.run(['run', 'echo', '--detahc'])
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean "--detach"?') })
    expect(await project.run(['run', 'echo', '--queue'])).toMatchObject({ exitCode: 2 })
  })

  test.each([['run'], ['workers', 'start'], ['schedule', 'start'], ['jobs', 'list']])(
    'The help of %s %s may be cut off by its reader.',
    async (...words) => {
      const command = words.filter((word) => word !== undefined).join(' ')
      const project = cliProject(files)
      const cut = await project.shell(`{ offstage ${command} --help; echo $? >&2; } | head -n 1`)
      expect(cut).toMatchObject({ stderr: '0\n', exitCode: 0 })
    },
  )

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

  test('A first Ctrl-C says that the job is being stopped.', async () => {
    const project = cliProject({
      'tasks/deaf.mjs': `import { setTimeout } from 'node:timers/promises'
import { task } from 'offstage'
export default task({ grace: '200ms' }, async () => { console.log('begun'); await setTimeout(60_000) })
`,
    })
    const { screen, exitCode } = await onTerminal(project, 'begun', '\\x03', ['offstage', 'run', 'deaf'])
    expect(screen).toContain('stopping job j1; a second signal ends at once')
    expect(exitCode).toBe(130)
  })
})
