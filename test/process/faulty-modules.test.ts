import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const good = { 'tasks/good.ts': "export default () => 'still here'\n" }

describe('faulty modules', () => {
  test('A module that throws, has a syntax error, a bad option or a name that is none is told by file and line; others run.', async () => {
    const project = cliProject({
      ...good,
      'tasks/throws.ts':
        'const settings: { url?: string } = {}\nexport function send() {}\nexport const url = new URL(settings.url!)\n',
      'tasks/syntax.ts': 'export function broken( {\n  return 1\n}\n',
      'tasks/option.ts': "import { task } from 'offstage'\n\nexport default task({ timeout: '5 parsecs' }, () => 1)\n",
      'tasks/missing.mjs': "import './nowhere.mjs'\nexport default () => 1\n",
      'tasks/näme.mjs': 'export default () => 1\n',
    })
    const listed = await project.json<{ items: { name: string }[]; faults: { file: string; message: string }[] }>([
      'tasks',
    ])
    expect(listed.items.map(({ name }) => name)).toEqual(['good'])
    const messages = Object.fromEntries(
      listed.faults.map(({ file, message }) => [file.slice(project.root.length + 7), message]),
    )
    const at = (file: string) => project.path(`tasks/${file}`)
    expect(messages).toEqual({
      'throws.ts': expect.stringMatching(`^${at('throws.ts')}:3: .*Invalid URL`),
      'syntax.ts': expect.stringMatching(`^${at('syntax.ts')}:[12]:\\d+: `),
      'option.ts': expect.stringMatching(`^${at('option.ts')}:3: timeout: "5 parsecs" is not a duration`),
      'missing.mjs': expect.stringMatching(`^${at('missing.mjs')}.*nowhere\\.mjs`),
      'näme.mjs': expect.stringContaining("cannot be a task's name"),
    })
    const run = await project.run(['run', 'good'])
    expect(run).toMatchObject({ stdout: 'still here\n', exitCode: 0 })
    expect(run.stderr.match(/^faulty module: /gm)).toHaveLength(5)
    const unknown = await project.run(['run', 'throws.send'])
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' })
    expect(unknown.stderr).toContain('no task throws.send')
  })

  test('Two tasks of one name are both left out, and both files are named.', async () => {
    const project = cliProject({
      ...good,
      'tasks/mail.ts': 'export const send = () => 1\n',
      'tasks/mail/index.ts': 'export const send = () => 2\nexport const other = () => 3\n',
    })
    const tasks = await project.run(['tasks'])
    expect(tasks.exitCode).toBe(1)
    expect(tasks.stderr).toMatch(
      /mail(\/index)?\.ts: the task mail\.send is in .*mail(\/index)?\.ts too; rename one of them/,
    )
    expect(tasks.stdout).toMatch(/^good .*\nmail\.other /m)
    expect((await project.run(['run', 'mail.send'])).exitCode).toBe(2)
  })

  test('A module that ends its process while it loads is named, whatever else there is; the store is not made.', async () => {
    const project = cliProject({ ...good, 'tasks/quits.ts': "console.log('bye')\nprocess.exit(0)\n" })
    const [tasks, run, worker] = await Promise.all([
      project.run(['tasks']),
      project.run(['run', 'good']),
      project.run(['workers', 'start', '--burst']),
    ])
    expect([tasks, run, worker].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2])
    for (const { stderr } of [tasks, run, worker]) {
      expect(stderr).toContain(`the task process ended while ${project.path('tasks/quits.ts')} loaded (exit code 0)`)
    }
  })
})
