import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../src/app/doctor/finding.js'
import { cliProject } from '../../support/cli.js'
import { projectWithStore, some, tasks, troublesOf } from '../../support/doctor.js'
import { drivesTerminal } from '../../support/terminal.js'
import { isOnRedis, sqliteOnly, withoutStoreUrl } from '../../support/tested-store.js'

describe('doctor in a project where all is well', () => {
  test('It says how each part is, exits 0, and changes nothing.', async () => {
    const project = cliProject({ ...tasks, 'offstage.config.json': '{}' })
    const { stdout, stderr, exitCode } = await project.run(['doctor'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const lines = stdout.split('\n').map((line) => line.trimEnd())
    for (const pattern of [
      /^✓ node {5}\d+\.\d+\.\d+ \(22\.15 or newer\)$/,
      isOnRedis ? /^✓ driver {3}ioredis \d\S+$/ : /^✓ driver {3}better-sqlite3 \S+, SQLite 3\.\S+$/,
      /^✓ config {3}offstage\.config\.json$/,
      /^✓ tasks {4}1 task, 0 schedules, no faults$/,
      isOnRedis ? /^✓ store {4}redis:\S+ Redis \d/ : /^✓ store {4}none yet; the first command that writes makes it$/,
      /^✓ clock {4}\S+Z, zone UTC$/,
      /^✓ workers {2}0 alive$/,
    ]) {
      expect(lines).toContainEqual(expect.stringMatching(pattern))
    }
    expect((await project.shell('ls -A')).stdout).toBe('offstage.config.json\ntasks\n')
  })

  sqliteOnly(test, 'Redis is no file')('It describes the store, and leaves its bytes alone.', async () => {
    const project = await projectWithStore()
    const sum = async () => (await project.shell('cd .offstage && cat jobs.db | sha256sum')).stdout
    const before = await sum()
    const { items } = await project.json<{ items: readonly Finding[] }>(['doctor', '--full'])
    expect(items.find(({ check }) => check === 'store')).toEqual({
      check: 'store',
      status: 'ok',
      message: expect.stringMatching(/^\.offstage\/jobs\.db \d+ KB, WAL \d+ \S+, schema \d+, durability full$/),
      fix: null,
    })
    expect(await sum()).toBe(before)
  })
})

describe('doctor and the project', () => {
  test('It names a module and a program that cannot be used, and a schedule that cannot be followed.', async () => {
    const project = cliProject({
      ...tasks,
      'tasks/backup.sh': '#!/bin/sh\n',
      'tasks/faulty.mjs': "throw new Error('no such luck')",
      'offstage.config.json': '{ "schedules": { "nightly": { "task": "note", "cron": "61 * * * *" } } }',
    })
    const { found, exitCode } = await troublesOf(project)
    expect(found).toEqual(
      expect.arrayContaining(
        some(
          ['tasks', 'problem', 'tasks/faulty.mjs'],
          ['tasks', 'problem', 'without its run bit: chmod +x'],
          ['tasks', 'problem', 'schedule nightly of the config: '],
        ),
      ),
    )
    expect(exitCode).toBe(1)
  })

  test('A module that names itself with control characters cannot drive the terminal.', async () => {
    const project = cliProject({ 'tasks/\u001b]0;x\u0007.mjs': 'export default () => 1' })
    const { stdout, exitCode } = await project.run(['doctor'])
    expect(drivesTerminal(stdout)).toBeNull()
    expect(stdout).toContain('\\x1b]0;x')
    expect(exitCode).toBe(1)
  })

  test('An empty task directory and no project are warnings, which exit 0; a second config is a problem.', async () => {
    const empty = cliProject({ 'tasks/_none.mjs': '' })
    const warned = { exitCode: 0 }
    expect(await troublesOf(empty)).toMatchObject({ ...warned, found: some(['tasks', 'warning', 'no tasks in ']) })
    const none = cliProject()
    mkdirSync(none.path('.git')) // the search for a project ends here
    expect(await troublesOf(none)).toMatchObject({ ...warned, found: some(['config', 'warning', 'no project at ']) })
    const two = cliProject({ ...tasks, 'offstage.config.json': '{}', 'offstage.config.mjs': 'export default {}' })
    expect(await troublesOf(two)).toMatchObject({ exitCode: 1, found: some(['config', 'problem', 'has 2 configs: ']) })
  })

  test.each([
    ['{ "tasks": ', 'cannot be read'],
    ['{ "task": "x" }', 'did you mean'],
    ['{ "store": "postgres://x" }', 'is not a store'],
  ])('A config of %j is a problem, and the rest is looked at all the same.', async (config, text) => {
    const project = cliProject({ ...tasks, 'offstage.config.json': config })
    const { found, exitCode } = await troublesOf(project, [], { env: withoutStoreUrl })
    expect(found.map(([check, status]) => [check, status])).toEqual([['config', 'problem']])
    expect(found.flat().join(' ')).toContain(text)
    expect(exitCode).toBe(1)
  })

  test('A task directory that is missing is a problem; a missing --cwd is a mistake in the line.', async () => {
    const project = cliProject({ 'offstage.config.json': '{}' })
    expect((await troublesOf(project)).found).toEqual(some(['tasks', 'problem', 'does not exist']))
    expect((await project.run(['doctor', '--cwd', 'gone'])).exitCode).toBe(2)
  })
})
