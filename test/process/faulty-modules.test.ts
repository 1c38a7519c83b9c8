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
    const worker = await project.run(['workers', 'start', '--burst'])
    expect(worker.stderr.match(/ warning faulty module: /g)).toHaveLength(5)
    const unknown = await project.run(['run', 'throws.send'])
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' })
    expect(unknown.stderr).toMatch(/no task throws\.send\n {2}.*throws\.ts:3: /)
  })

  test('An exported generator is no task: it is named with the fix; classes and schemas are left out without a word.', async () => {
    const project = cliProject({
      ...good,
      'tasks/rows.ts': `export class Rows {}
export const load = () => 'loaded'
export function* pages() { yield 1 }
export const stream = async function* () { yield 1 }
`,
      'tasks/whole.cjs': 'module.exports = function* () {}\n',
      'tasks/_helper.ts': 'export function* fine() {}\n',
    })
    const { items, faults } = await project.json<{ items: { name: string }[]; faults: { message: string }[] }>([
      'tasks',
    ])
    expect(items.map(({ name }) => name)).toEqual(['good', 'rows.load'])
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(/rows\.ts:3: pages is a generator function; .* begins with "_"$/),
      expect.stringMatching(/rows\.ts:4: stream is a generator function; /),
      expect.stringMatching(/whole\.cjs:1: default is a generator function; /),
    ])
    expect((await project.run(['run', 'rows.load'])).stdout).toBe('loaded\n')
    expect((await project.run(['run', 'rows.pages'])).stderr).toMatch(/no task rows\.pages\n {2}.*generator function/)
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

  test.each([
    ['process.exit()', 'process.exit(0)', /quits\.ts:2: process\.exit\(0\) was called outside of any job/],
    [
      'exit() by its name',
      "import { exit } from 'node:process'\nexit(3)",
      /quits\.ts:3: process\.exit\(3\) was called outside of any job/,
    ],
    ['a crash', 'process.abort()', /quits\.ts: ended its process while it loaded \(signal SIGABRT\)/],
    [
      'an exit of its own kind',
      'process.reallyExit(3)',
      /quits\.ts: ended its process while it loaded \(exit code 3\)/,
    ],
  ])('A module that ends its process while it loads is named, and the others run: by %s.', async (_, ends, fault) => {
    const project = cliProject({ ...good, 'tasks/quits.ts': `console.log('bye')\n${ends}\nexport default () => 1\n` })
    const listed = await project.run(['tasks', '--json'])
    expect(listed.exitCode).toBe(1)
    expect(JSON.parse(listed.stdout)).toMatchObject({
      items: [{ name: 'good' }],
      faults: [{ file: project.path('tasks/quits.ts'), message: expect.stringMatching(fault) }],
    })
    const { stdout: id } = await project.run(['run', 'good', '--detach'])
    const worker = await project.run(['workers', 'start', '--burst'])
    expect(worker.stderr).toMatch(fault)
    expect(worker.stderr).not.toContain('the task process died')
    expect(await project.json(['status', id.trim()])).toMatchObject({ state: 'completed', result: 'still here' })
    const itself = await project.run(['run', 'quits'])
    expect(itself).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(fault) })
  })

  test('A process that is killed from outside while a module loads is none of its faults.', async () => {
    const project = cliProject({
      ...good,
      'tasks/slow.ts': "console.log('pid', process.pid)\nawait new Promise(() => {})\nexport default () => 1\n",
    })
    const worker = project.start(['workers', 'start'])
    const [, pid] = await worker.says(/pid (\d+)/)
    process.kill(Number(pid), 'SIGKILL')
    expect(await worker.ended).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`the task process ended while ${project.path('tasks/slow.ts')} loaded`),
    })
  })

  test('A module without a task is named, with what to do; others run.', async () => {
    const project = cliProject({
      ...good,
      'tasks/shapes.ts': 'export class Shape {}\nexport const sides = 4\n',
      'tasks/_helper.ts': 'export const sides = 4\n',
    })
    const listed = await project.run(['tasks'])
    expect(listed).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('good') })
    expect(listed.stderr).toBe(
      `faulty module: ${project.path('tasks/shapes.ts')}: exports no function, so it has no task; a file whose name begins with "_" needs none\n`,
    )
  })
})
