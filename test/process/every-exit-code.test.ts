import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const project = cliProject({
  'tasks/a.mjs': `export const works = () => 'done'
export const fails = () => { throw new Error('no') }
export const slow = () => new Promise((resolve) => setTimeout(resolve, 60_000))
`,
  'lines.jsonl': '1\n2\n',
})
// An unknown name is looked for in all modules: one that loads for a minute has a project of its own.
const loading = cliProject({
  'tasks/load.mjs': `console.error('loads')\nawait new Promise((resolve) => setTimeout(resolve, 60_000))\nexport default () => 1\n`,
})
const broken = project.path('broken.db')
writeFileSync(
  broken,
  'this is no database, but it is long enough to look like one of a hundred bytes or more, as they are',
)

test.each<[number, readonly string[]]>([
  [0, ['run', 'a.works']],
  [1, ['run', 'a.fails', '--retries', '0']],
  [1, ['run', '--', 'false']],
  [1, ['run', 'a.*', '--retries', '0', '--timeout', '100ms']],
  [2, ['run', 'a.wroks']],
  [2, ['status', '--bogus']],
  [2, ['nonsense']],
  [2, ['run', 'a.works', '--each', 'missing.jsonl']],
  [3, ['run', 'a.slow', '--timeout', '200ms', '--retries', '0']],
  [5, ['jobs', 'show', 'j999']],
  [5, ['queues', 'resume', 'nothing']],
  [5, ['schedule', 'next', 'nothing']],
  [5, ['workers', 'stop', 'w999']],
  [6, ['status', '--store', `sqlite:${broken}`]],
  [6, ['run', 'a.works', '--store', `sqlite:${broken}`]],
])('Exit code %i: %j.', async (exitCode, args) => {
  const ended = await project.run(args)
  expect(ended.exitCode, ended.stderr).toBe(exitCode)
  expect(ended.stderr).not.toMatch(/bug|\n\s+at .*\/dist\//)
})

test('Exit code 4: a job that is followed, and that somebody cancels.', async () => {
  const run = project.start(['run', 'a.slow', '--key', 'slow'])
  await expect
    .poll(() => project.json<{ items: { id: string }[] }>(['jobs', 'list', '--state', 'running']), { timeout: 10_000 })
    .toMatchObject({ items: [{ task: 'a.slow' }] })
  const { items } = await project.json<{ items: { id: string }[] }>(['jobs', 'list', '--state', 'running'])
  const cancelled = await project.run(['jobs', 'cancel', items[0]?.id ?? ''])
  expect(cancelled.exitCode).toBe(0)
  expect((await run.ended).exitCode).toBe(4)
})

describe.concurrent('Exit code 130: Ctrl-C', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['while a module loads', ['run', 'load'], /loads/],
    ['while a job waits for its retry', ['run', 'a.fails'], /again in/],
    ['in a command', ['run', '--', 'sh', '-c', 'echo begun >&2; sleep 60'], /begun/],
  ])('%s.', async (_, args, said) => {
    const running = (args[1] === 'load' ? loading : project).start(args)
    await running.says(said)
    running.signal('SIGINT')
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(130)
    expect(stderr).not.toMatch(/bug|\n\s+at .*\/dist\//)
  })

  test('in jobs of --each, and of those who follow: status --follow, jobs logs -f, jobs wait.', async () => {
    const other = cliProject({ 'tasks/a.mjs': project.read('tasks/a.mjs'), 'lines.jsonl': '1\n2\n' })
    const each = other.start(['run', 'a.slow', '--each', 'lines.jsonl'])
    const running = () => other.json<{ items: { id: string }[] }>(['jobs', 'list', '--state', 'running'])
    await expect.poll(async () => (await running()).items.length, { timeout: 10_000 }).toBe(2)
    const id = (await running()).items[0]?.id ?? ''
    const followers = [
      ['status', id, '--follow'],
      ['jobs', 'logs', id, '-f'],
      ['jobs', 'wait', id],
    ].map((args) => other.start(args, { env: { DEBUG: 'offstage:store' } }))
    // Each has read the job when it has asked the store.
    for (const follower of followers) {
      await follower.says(/offstage:store/)
      follower.signal('SIGINT')
      expect((await follower.ended).exitCode).toBe(130)
    }
    each.signal('SIGINT')
    expect((await each.ended).exitCode).toBe(130)
    expect(await other.json(['jobs', 'list'])).toMatchObject({
      items: [{ state: 'cancelled' }, { state: 'cancelled' }],
    })
  })
})
