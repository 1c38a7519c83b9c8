import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'

const golden = goldenFolder('init')

describe('init', () => {
  test('A new project runs its first task at once: output on stderr, result on stdout, and the job is shown.', async () => {
    const project = cliProject()
    await golden.run(project, { 'new-project': ['init', 'demo'] })
    const cwd = project.path('demo')
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.offstage/\n')

    const run = await project.run(['run', 'hello', 'name=Ada'], { cwd })
    expect(run).toEqual({ stdout: 'Hello, Ada!\n', stderr: 'saying hello as job j1\n', exitCode: 0 })

    const job = await project.json(['run', 'hello', 'name=Ada'], { cwd })
    expect(job).toMatchObject({ id: 'j2', state: 'completed', result: 'Hello, Ada!', args: [{ name: 'Ada' }] })
    const [status, shown] = await Promise.all([
      project.run(['status'], { cwd }),
      project.run(['status', 'j1'], { cwd }),
    ])
    expect(status.stdout).toMatch(/^default +0 +0 +0 +2 +0 +0$/m)
    expect(shown.stdout).toMatch(/^j1 {2}hello {2}completed$/m)
  })

  test('--cwd says where DIR begins; a place where nothing can be made is refused: exit code 2.', async () => {
    const project = cliProject({ 'sub/.keep': '', 'a-file': '' })
    const made = await project.json<{ root: string }>(['init', 'demo', '--cwd', 'sub'])
    expect(made.root).toBe(project.path('sub/demo'))
    for (const dir of ['a-file/demo', '/proc/demo']) {
      const refused = await project.run(['init', dir])
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
      expect(refused.stderr).toMatch(/^error: .* cannot be written \(E[A-Z]+\)\n {2}choose another folder/)
    }
    const nowhere = await project.run(['status', '--cwd', 'nowhere'])
    expect(nowhere).toMatchObject({
      exitCode: 2,
      stderr: `error: --cwd: there is no folder ${project.path('nowhere')}\n`,
    })
  })

  test('What is there already is not overwritten, and nothing is written beside it.', async () => {
    const project = cliProject({
      'a/tasks/hello.ts': 'mine',
      'b/offstage.config.ts': 'mine',
      'c/.gitignore': 'dist',
      'd/package.json': '{ "offstage": { "tasks": "jobs" } }',
      'e/node_modules/offstage/package.json': '{}',
    })
    await golden.run(project, {
      'task-is-there': ['init', 'a'],
      'config-is-there': ['init', 'b'],
      'config-is-in-package': ['init', 'd'],
      'has-types': ['init', 'e'],
    })
    expect(project.read('a/tasks/hello.ts')).toBe('mine')
    expect(existsSync(project.path('a/offstage.config.json'))).toBe(false)
    for (const place of ['b/tasks', 'd/tasks', 'd/offstage.config.json', 'd/.gitignore']) {
      expect(existsSync(project.path(place))).toBe(false)
    }

    const made = await project.json<{ root: string; files: string[] }>(['init', 'c'])
    expect(made.root).toBe(project.path('c'))
    expect(made.files).toEqual(
      ['offstage.config.json', 'tasks/hello.ts', '.gitignore'].map((file) => project.path(`c/${file}`)),
    )
    expect(project.read('c/.gitignore')).toBe('dist\n.offstage/\n')
  })
})
