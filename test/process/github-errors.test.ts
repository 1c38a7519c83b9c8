import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { commandsIn } from '../support/github-commands.js'

const project = cliProject({
  'tasks/smoke.ts': `import { task } from 'offstage'

export function good() {}
export const bad = task({ retry: { maxRetries: 0 } }, () => {
  console.log('here')
  throw new Error('50 % of a::b\\n::set-output name=x::y\\n##[add-mask]z')
})
export const login = task({ retry: { maxRetries: 0 } }, ({ password }: { password: string }) => {
  throw new Error('not with ' + password)
})
export const odd = task({ retry: { maxRetries: 0 } }, (n: number) => { if (n % 2 === 1) throw new Error(n + ' is odd') })
`,
  'tasks/broken/late.ts': "\nthrow new Error('no database')\n",
})
const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.base }
const errorsOf = ({ stderr }: { readonly stderr: string }) => commandsIn(stderr)

describe.concurrent('Under GitHub', () => {
  test('a failed run is an error at the line that threw, and nothing of its message is a command.', async () => {
    const run = await project.run(['run', 'smoke.bad'], { env })
    expect([run.stdout, run.exitCode]).toEqual(['', 1])
    expect(errorsOf(run)).toEqual([
      {
        name: 'error',
        properties: {
          file: 'project/tasks/smoke.ts',
          line: '6',
          title: expect.stringMatching(/^smoke\.bad failed \(j\d+\)$/),
        },
        data: expect.stringMatching(/^Error: 50 % of a::b\n::set-output name=x::y\n##\[add-mask\]z\n {4}at /),
      },
    ])
    expect(commandsIn((await project.run(['run', 'smoke.bad'])).stderr)).not.toContainEqual(
      expect.objectContaining({ name: 'error' }),
    )
  })

  test('a secret is masked, JSON stays JSON, and what completes is no error.', async () => {
    const [login, good, command] = await Promise.all([
      project.run(['run', 'smoke.login', 'password=hunter22', '--json'], { env }),
      project.run(['run', 'smoke.good'], { env }),
      project.run(['run', '--', 'sh', '-c', 'exit 3'], { env }),
    ])
    expect(JSON.parse(login.stdout)).toMatchObject({ state: 'failed' })
    expect(errorsOf(login)).toMatchObject([{ data: expect.stringMatching(/^Error: not with \*\*\*\n/) }])
    expect(good.stderr).toBe('')
    expect(errorsOf(command)).toMatchObject([
      {
        properties: { title: expect.stringMatching(/^sh -c 'exit 3' failed/) },
        data: expect.stringContaining('exit code 3'),
      },
    ])
    expect(command.stdout).toBe('')
  })

  test('a suite has one for each failure and for each faulty module.', async () => {
    const all = await project.run(['run', '*d'], { env })
    expect(commandsIn(all.stdout)).toEqual([])
    expect(errorsOf(all).map(({ properties }) => properties)).toMatchObject([
      { line: '6' },
      { file: 'project/tasks/broken/late.ts', line: '2', title: 'faulty module' },
    ])
  })

  test('of many failures of --each as many are said as GitHub shows, the last of which counts the others.', async () => {
    const input = Array.from({ length: 30 }, (_, n) => `${n}\n`).join('')
    const run = await project.run(['run', 'smoke.odd', '--each', '-'], { env, input })
    const errors = errorsOf(run)
    expect(errors).toHaveLength(10)
    expect(errors[0]?.data).toMatch(/^Error: 1 is odd/)
    expect(errors[9]?.data).toBe('6 more failed: see the log of this step')
    expect(run.stdout.split('\n')).toHaveLength(31)
  })

  test('Ctrl-C is no error.', async () => {
    const waiting = cliProject({
      'tasks/wait.mjs': `import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
export default async () => { console.log('begun'); await setTimeout(60_000, null, { signal: currentJob().signal }) }
`,
    })
    const run = waiting.start(['run', 'wait'], { env })
    await run.says(/begun/)
    run.signal('SIGINT')
    const end = await run.ended
    expect([end.exitCode, commandsIn(end.stderr)]).toEqual([130, []])
  })
})
