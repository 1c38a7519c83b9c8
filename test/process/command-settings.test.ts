import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ScheduleJson } from '../../src/views/schedule.js'
import { cliProject } from '../support/cli.js'

const project = cliProject({ 'tasks/hello.mjs': 'export default () => 1\n', 'sub/deep/file.txt': 'in the subfolder\n' })

const burst = () => project.run(['workers', 'start', '--burst'])

describe('the folder of a command', () => {
  test('A detached command runs in the folder in which it was given, whatever the folder of the worker is.', async () => {
    const { stdout } = await project.run(['run', '--detach', '--', 'cat', 'file.txt'], {
      cwd: project.path('sub/deep'),
    })
    const id = stdout.trim()
    expect(await burst()).toMatchObject({ exitCode: 0 })
    const job = await project.json(['jobs', 'show', id])
    expect(job).toMatchObject({ state: 'completed', args: ['cat', 'file.txt'], chdir: project.path('sub/deep') })
    const { stdout: logs } = await project.run(['jobs', 'logs', id])
    expect(logs).toContain('in the subfolder')
  })

  test('A scheduled command runs in the folder in which it was given, and in that of --chdir, from there.', async () => {
    const cwd = project.path('sub')
    const every = ['--every', '1h', '--start-at', '2030-01-01']
    await project.run(['schedule', '--name', 'here', ...every, '--', 'pwd'], { cwd })
    await project.run(['schedule', '--name', 'there', ...every, '--chdir', 'deep', '--', 'pwd'], { cwd })
    const { items } = await project.json<{ items: readonly ScheduleJson[] }>(['schedule', 'list'])
    expect(items.map(({ name, args, chdir }) => ({ name, args, chdir }))).toEqual([
      { name: 'here', args: ['pwd'], chdir: project.path('sub') },
      { name: 'there', args: ['pwd'], chdir: project.path('sub/deep') },
    ])
    for (const name of ['here', 'there']) await project.run(['schedule', 'trigger', name])
    expect(await burst()).toMatchObject({ exitCode: 0 })
    const { items: jobs } = await project.json<{ items: { id: string; schedule: { name: string } | null }[] }>([
      'jobs',
      'list',
    ])
    const logs = async (name: string) => {
      const id = jobs.find(({ schedule }) => schedule?.name === name)?.id ?? ''
      return (await project.run(['jobs', 'logs', id])).stdout
    }
    expect(await logs('here')).toContain(project.path('sub'))
    expect(await logs('there')).toContain(project.path('sub/deep'))
  })

  test('--chdir holds in the foreground too, and PWD says so.', async () => {
    const { stdout, exitCode } = await project.run(['run', '--chdir', 'sub/deep', '--', 'cat file.txt; echo "$PWD"'])
    expect({ stdout, exitCode }).toEqual({ stdout: `in the subfolder\n${project.path('sub/deep')}\n`, exitCode: 0 })
  })

  test('A link on the way to the folder stays one: a later release is another folder.', async () => {
    for (const release of ['one', 'two']) project.write(`releases/${release}/name.txt`, release)
    symlinkSync(project.path('releases/one'), project.path('current'))
    const script = 'cd current && offstage run --detach -- cat name.txt'
    const { stdout } = await project.shell(script)
    rmSync(project.path('current'))
    symlinkSync(project.path('releases/two'), project.path('current'))
    await burst()
    expect((await project.run(['jobs', 'logs', stdout.trim()])).stdout).toContain('two')
  })

  test('A folder that is gone when the command is to run is one clear failure, without retries.', async () => {
    mkdirSync(project.path('gone'))
    const given = ['--chdir', 'gone', '--retries', '3']
    const { stdout } = await project.run(['run', '--detach', ...given, '--', 'echo', 'never'])
    rmSync(project.path('gone'), { recursive: true })
    await burst()
    const job = await project.json(['jobs', 'show', stdout.trim()])
    expect(job).toMatchObject({ state: 'failed', failures: 1 })
    expect(job.error?.message).toBe(
      `the command could not be started (its folder ${project.path('gone')} does not exist)`,
    )
  })

  test('A folder that is not there is refused, and nothing is stored.', async () => {
    const { stderr, exitCode } = await project.run(['run', '--detach', '--chdir', 'nowhere', '--', 'pwd'])
    expect({ stderr, exitCode }).toEqual({
      stderr: `error: --chdir: there is no folder ${project.path('nowhere')}\n`,
      exitCode: 2,
    })
  })
})

describe('the environment of a command', () => {
  test('--env gives variables, in the foreground and to workers; of one name the last holds.', async () => {
    const words = ['--env', 'GREETING=one', '--env', 'GREETING=a = b', '--env', 'EMPTY=', '--']
    const command = 'echo "$GREETING|$EMPTY"'
    expect((await project.run(['run', ...words, command])).stdout).toBe('a = b|\n')
    const { stdout } = await project.run(['run', '--detach', ...words, command])
    await burst()
    const job = await project.json(['jobs', 'show', stdout.trim()])
    expect(job.env).toEqual({ GREETING: 'a = b', EMPTY: '' })
    expect((await project.run(['jobs', 'logs', stdout.trim()])).stdout).toContain('a = b|')
  })

  test('The PATH of --env is where the program is looked for.', async () => {
    project.write('bin/greet', '#!/bin/sh\necho found\n')
    await project.shell('chmod +x bin/greet')
    const PATH = `${project.path('bin')}:/usr/bin:/bin`
    expect((await project.run(['run', '--env', `PATH=${PATH}`, '--', 'greet', 'x'])).stdout).toBe('found\n')
  })

  test('Secrets in it are masked wherever it is shown, and in the output that is stored.', async () => {
    const env = ['--env', 'API_TOKEN=hunter2hunter2', '--env', 'URL=http://x.org/?token=geheim123']
    const { stdout } = await project.run(['run', '--detach', ...env, '--', 'echo "$API_TOKEN"'])
    const id = stdout.trim()
    await burst()
    const shown = [
      (await project.run(['jobs', 'show', id])).stdout,
      (await project.run(['jobs', 'show', id, '--json'])).stdout,
      (await project.run(['jobs', 'logs', id])).stdout,
    ]
    expect(shown.join('\n')).not.toMatch(/hunter2|geheim123/)
    expect((await project.json(['jobs', 'show', id])).env).toEqual({ API_TOKEN: '***', URL: 'http://x.org/?token=***' })
  })

  test.each([
    ['1X=2', '"1X" is no name of a variable'],
    ['=x', '"" is no name of a variable'],
    ['A B=x', '"A B" is no name of a variable'],
    ['LANG', '"LANG" has no value'],
    ['OFFSTAGE_JOB_ID=j1', 'OFFSTAGE_JOB_ID is given by Offstage'],
  ])('--env %s is refused.', async (variable, message) => {
    const { stderr, exitCode } = await project.run(['run', '--env', variable, '--', 'true'])
    expect(stderr.split('\n')[0]).toBe(`error: --env: ${message}`)
    expect(exitCode).toBe(2)
  })

  test.each([
    [['run', 'hello', '--env', 'A=b'], '--env'],
    [['run', 'hello', '--chdir', '.'], '--chdir'],
    [['schedule', 'hello', '--every', '1h', '--chdir', '.'], '--chdir'],
  ])('%j is refused: a task has the folder and the environment of its project.', async (words, flag) => {
    const { stderr, exitCode } = await project.run(words)
    expect(stderr.split('\n')[0]).toBe(`error: ${flag} is for commands`)
    expect(exitCode).toBe(2)
  })
})
