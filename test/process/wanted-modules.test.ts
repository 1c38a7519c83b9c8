import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { jobOf, jobsOf } from '../support/store.js'

/** Says on stderr that it loads. */
const module = (name: string, code: string) => `console.error('${name} loads')\n${code}\n`

describe.concurrent('the modules that a command loads', () => {
  test('run, --detach, --wait and schedule load those that may have the task, and no other.', async () => {
    const project = cliProject({
      'tasks/email.ts': module('email', 'export const send = () => 1'),
      'tasks/email/send.ts': module('send', 'export const later = () => 2'),
      'tasks/email/other.ts': module('other', 'export const later = () => 3'),
      'tasks/never.ts': 'await new Promise(() => {})\nexport default () => 4\n',
    })
    for (const args of [
      ['run', 'email.send'],
      ['run', 'email.send', '--detach'],
      ['run', 'email.send', '--each', '-', '--detach'],
      ['run', 'email.send', '--inline'],
      ['schedule', 'email.send', '--in', '1h'],
      ['schedule', 'trigger', 'email.send'],
    ]) {
      const run = await project.run(args, { input: '1\n' })
      expect({ args, ...run }).toMatchObject({ args, exitCode: 0 })
      expect(run.stderr.match(/^\w+ loads$/gm)).toEqual(['send loads', 'email loads'])
    }
  })

  test('A glob loads those that may match; a suite has the faults of these alone.', async () => {
    const project = cliProject({
      'tasks/smoke.ts': module('smoke', 'export const db = () => 1'),
      'tasks/smoke/http.ts': module('http', 'export default () => 2'),
      'tasks/smoke/broken.ts': "throw new Error('no database')\n",
      'tasks/other.ts': "throw new Error('none of this')\n",
    })
    const run = await project.run(['run', 'smoke.*', '--json'])
    expect(run.exitCode).toBe(1)
    expect(run.stderr.match(/^\w+ loads$/gm)).toEqual(['http loads', 'smoke loads'])
    expect(JSON.parse(run.stdout)).toMatchObject({
      items: [{ task: 'smoke.db' }, { task: 'smoke.http' }],
      faults: [{ message: expect.stringContaining('no database') }],
    })
  })

  test('An unknown name is compared with those of all modules; the hint is of no other file.', async () => {
    const project = cliProject({
      'tasks/email.ts': module('email', 'export const send = () => 1'),
      'tasks/faulty.ts': "throw new Error('unrelated')\n",
      'tasks/half.ts': "export const one = () => 1\nthrow new Error('of the file')\n",
      'tasks/half/two.ts': 'export default () => 2\n',
    })
    const hintOf = async (name: string) => (await project.run(['run', name])).stderr.split('\n').slice(-3).join('\n')
    expect(await hintOf('emial.send')).toBe('error: no task emial.send\n  did you mean "email.send"?\n')
    expect(await hintOf('email.sned')).toBe('error: no task email.sned\n  did you mean "email.send"?\n')
    expect(await hintOf('nothing.like.it')).toMatch(/^error: no task nothing\.like\.it\n {2}see "offstage tasks"/)
    const half = await project.run(['run', 'half.one'])
    expect(half.stderr).toMatch(/^error: no task half\.one\n {2}.*half\.ts:2: of the file\n$/)
    expect(await project.run(['run', 'half.two'])).toMatchObject({ exitCode: 0, stdout: '2\n' })
  })

  test('Two tasks of one name are refused, wherever the second one is.', async () => {
    const project = cliProject({
      'tasks/mail.ts': 'export const send = () => 1\n',
      'tasks/mail/index.ts': 'export const send = () => 2\n',
      'tasks/mail/send/index.ts': 'export default () => 3\n',
    })
    const run = await project.run(['run', 'mail.send'])
    expect(run.exitCode).toBe(2)
    expect(run.stderr.match(/the task mail\.send is in .* too; rename one of them/g)).toHaveLength(2)
  })

  test('A task enqueues tasks of modules that were not loaded: first those that its own imports, then any.', async () => {
    const project = cliProject({
      'tasks/a.ts': module('a', "import { task } from 'offstage'\nexport const unused = task({}, () => 0)"),
      'tasks/main.ts': `import { later } from '../lib/later.js'
import { send } from './z.js'
export const near = async () => [await send.with({ delay: '1h' }).enqueue('x'), await send.enqueue('y')]
export const far = () => later.with({ priority: 3 }).enqueue()
export const both = () => Promise.all([send.enqueue('1'), later.enqueue()])
`,
      'lib/later.ts': `import { task } from 'offstage'\nexport const later = task({ queue: 'late' }, () => 1)\n`,
      'tasks/m.ts': module('m', "export { later } from '../lib/later.js'"),
      'tasks/n.ts': module('n', 'export default () => 1'),
      'tasks/z.ts': module(
        'z',
        `import { task } from 'offstage'\nexport const send = task({ queue: 'mail' }, (text: string) => text)`,
      ),
    })
    const near = await project.run(['run', 'main.near'])
    expect(near.exitCode, near.stderr).toBe(0)
    expect(near.stderr).toBe('z loads\n')
    const [first, second] = JSON.parse(near.stdout) as { id: string }[]
    expect(await jobOf(project, first?.id ?? '')).toMatchObject({ task: 'z.send', queue: 'mail', state: 'scheduled' })
    expect(await jobOf(project, second?.id ?? '')).toMatchObject({ task: 'z.send', args: ['y'], state: 'queued' })
    const far = await project.run(['run', 'main.far'])
    expect(far.exitCode, far.stderr).toBe(0)
    // Those before it by name too, but none behind it.
    expect(far.stderr).toBe('z loads\na loads\nm loads\n')
    expect((await jobsOf(project)).at(-1)).toMatchObject({ task: 'm.later', queue: 'late', priority: 3 })
    expect(await project.run(['run', 'main.both'])).toMatchObject({ exitCode: 0 })
  })
})
