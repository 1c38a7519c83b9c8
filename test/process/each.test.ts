import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { jobsOf } from '../support/store.js'
import { drivesTerminal } from '../support/terminal.js'

type QueueItems = { readonly items: readonly { readonly queued: number }[] }

const tasks = {
  'tasks/sum.mjs': `import { task } from 'offstage'
const validate = (value) => typeof value?.a === 'number' ? { value } : { issues: [{ message: 'expected a number', path: ['a'] }] }
export const checked = task({ schema: { '~standard': { version: 1, vendor: 'test', validate } } }, ({ a }) => a + 1)
export const all = (...args) => args
export const same = (value) => { if (value?.fail) throw new TypeError('failed on purpose'); return value }
export function odd(n) { if (n % 2 === 0) throw new Error(n + ' is even'); return n }
`,
}

describe('run --each', () => {
  test.each([
    ['the ids', []],
    ['with --json the summary', ['--json']],
  ])(
    'Ctrl-C while jobs are stored ends it after the thousand under way, and it writes %s of all that is stored.',
    async (_, json) => {
      const project = cliProject({ ...tasks, 'lines.jsonl': '1\n'.repeat(150_000) })
      const run = project.start(['run', 'sum.same', '--each', 'lines.jsonl', '--detach', ...json])
      await eventually(async () => expect((await project.json<QueueItems>(['queues', 'list'])).items).not.toEqual([]))
      run.signal('SIGINT')
      const { stdout, stderr, exitCode } = await run.ended
      const ids = json.length === 0 ? stdout.trim().split('\n') : (JSON.parse(stdout) as { ids: string[] }).ids
      const { items } = await project.json<QueueItems>(['queues', 'list'])
      expect(ids).toHaveLength(items[0]?.queued ?? 0)
      // A slow start of the look may let it come to its end.
      if (ids.length === 150_000) return expect(exitCode).toBe(0)
      expect(exitCode).toBe(130)
      expect(stderr).toContain(`interrupted: ${ids.length} of 150000 lines are stored`)
    },
  )

  test('A bad line is refused by its number and nothing is stored, unless bad lines are left out.', async () => {
    const project = cliProject({
      ...tasks,
      'lines.jsonl': '{"a": 1}\n\n{"a": 2\n{"a": "three"}\n{"a": 4}\n[1, 2]\n',
    })
    const refused = await Promise.all([
      project.run(['run', 'sum.checked', '--each', 'lines.jsonl', '--detach']),
      project.run(['run', 'sum.checked', '--each', 'lines.jsonl']),
      project.run(['run', 'sum.checked', '--each', 'lines.jsonl', '--detach', '--json']),
      project.run(['run', 'sum.checked', '--each', 'nowhere.jsonl']),
    ])
    expect(refused.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2])
    expect(refused[0]?.stderr).toMatch(
      /^error: lines\.jsonl line 3: .*JSON.*and 2 more.*nothing was stored\n.*--skip-invalid\n$/,
    )
    expect(JSON.parse(refused[2]?.stdout ?? '').error.code).toBe('E_EACH')
    expect(refused[3]?.stderr).toContain('nowhere.jsonl cannot be read')
    expect(existsSync(project.path('.offstage'))).toBe(false)

    const some = await project.run(['run', 'sum.checked', '--each', 'lines.jsonl', '--skip-invalid', '--detach'])
    expect(some).toMatchObject({ stdout: 'j1\nj2\n', exitCode: 0 })
    expect(some.stderr).toMatch(/line 3 left out: .*\n.*line 4 left out: a: expected a number\n.*line 6 left out: /)
    expect((await jobsOf(project)).map(({ args }) => args)).toEqual([[{ a: 1 }], [{ a: 4 }]])
  })

  test('A line that is too large is bad like any other; numbers with a fraction are good; arguments beside it are refused.', async () => {
    const large = JSON.stringify('x'.repeat(300_000))
    const project = cliProject({
      ...tasks,
      'lines.jsonl': `{"v": 0.12345678901234567}\n${large}\n[-1.2345678901234567e-9]\n`,
    })
    const each = ['run', 'sum.all', '--each', 'lines.jsonl', '--detach']
    const refused = await project.run(each)
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toMatch(/^error: lines\.jsonl line 2: the arguments are \d+ bytes.*nothing was stored/)
    expect(existsSync(project.path('.offstage'))).toBe(false)

    const some = await project.run([...each, '--skip-invalid'])
    expect(some).toMatchObject({
      stdout: 'j1\nj2\n',
      exitCode: 0,
      stderr: expect.stringContaining('line 2 left out: '),
    })
    expect((await project.run([...each, 'name=Ada'])).stderr).toContain('--each and arguments are both given')
  })

  test('A failed job has its error in the place of its result, so that it is not taken for a result of null.', async () => {
    const project = cliProject(tasks)
    const input = '[null]\n{"fail": true}\n[]\n{"token": "hunter22"}\n'
    const run = await project.run(['run', 'sum.same', '--each', '-', '--retries', '0'], { input })
    expect(run.exitCode).toBe(1)
    expect(
      run.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      null,
      { error: { name: 'TypeError', message: 'failed on purpose', stack: expect.stringContaining('sum.mjs:5') } },
      null,
      { token: 'hunter22' },
    ])
    const both = await project.run(['run', 'sum.same', '--each', '-', '--retries', '0', '--json'], { input })
    expect(JSON.parse(both.stdout).items.map(({ state }: { state: string }) => state)).toEqual([
      'completed',
      'failed',
      'completed',
      'completed',
    ])
    expect(both.stdout).not.toContain('hunter22')
  })

  test('What it shows of bad lines and results cannot drive a terminal.', async () => {
    const project = cliProject(tasks)
    const input = '{"a\u001b]0;owned\u0007\n["\u202e"]\n'
    const run = await project.run(['run', 'sum.all', '--each', '-', '--skip-invalid'], { input })
    expect(drivesTerminal(run.stderr)).toBeNull()
    expect(run.stdout).toBe('["\\u202e"]\n')
  })

  test('A line is an object, the positional arguments, or one of them; the ids are in the order of the lines.', async () => {
    const project = cliProject(tasks)
    const input = '{"a": 1}\n[1, "two", null]\n"text"\n7\n'
    const enqueued = await project.json(['run', 'sum.all', '--each', '-', '--detach', '--queue', 'q'], { input })
    expect(enqueued).toEqual({ enqueued: 4, duplicates: 0, ids: ['j1', 'j2', 'j3', 'j4'] })
    const jobs = await jobsOf(project)
    expect(jobs.map(({ args }) => args)).toEqual([[{ a: 1 }], [1, 'two', null], ['text'], [7]])
    expect(new Set(jobs.map(({ queue }) => queue))).toEqual(new Set(['q']))
  })

  test('Without --detach all run here: one result a line in their order, exit code 1 if one failed.', async () => {
    const project = cliProject(tasks)
    const [good, bad] = await Promise.all([
      project.run(['run', 'sum.all', '--each', '-'], { input: '[1]\n{"b": "x"}\n' }),
      project.run(['run', 'sum.odd', '--each', '-', '--retries', '0'], { input: '1\n2\n3\n' }),
    ])
    expect(good).toEqual({ stdout: '[1]\n[{"b":"x"}]\n', stderr: '', exitCode: 0 })
    expect(bad).toMatchObject({ stdout: expect.stringMatching(/^1\n\{"error":\{.*\n3\n$/), exitCode: 1 })
    expect(bad?.stderr).toMatch(/2 is even/)
  })
})
