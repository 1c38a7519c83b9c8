import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const module = (options: string) => `import { task } from 'offstage'
export const typo = task(${options}, () => {})
`

describe.concurrent('options that do not exist', () => {
  test('task() refuses them as the module loads; `tasks` names the file, the option and the one that was meant.', async () => {
    const project = cliProject({
      'tasks/outer.ts': module("{ tmeout: '1m' } as never"),
      'tasks/retry.mjs': module('{ retry: { max: 0 } }'),
      'tasks/schema.mjs': module('{ schema: { parse() {} } }'),
      'tasks/fine.mjs': 'export default () => 1\n',
    })
    const { exitCode, stdout } = await project.run(['tasks', '--json'])
    expect(exitCode).toBe(1)
    const { items, faults } = JSON.parse(stdout)
    expect(items).toMatchObject([{ name: 'fine' }])
    expect(faults.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringMatching(/tasks\/outer\.ts:2: task\(\): there is no option "tmeout"; did you mean "timeout"\?$/),
      expect.stringMatching(
        /tasks\/retry\.mjs:2: retry: there is no option "max"; known are maxRetries, .*dontRetryOn$/,
      ),
      expect.stringMatching(/tasks\/schema\.mjs:2: schema: it is no Standard Schema; zod, valibot/),
    ])
  })

  test('A schedule in code or config that has one is faulty, and says which.', async () => {
    const project = cliProject({
      'tasks/code.mjs': module("{ schedule: { cron: '@daily', overlp: 'skip' } }"),
      'tasks/text.mjs': module("{ schedule: '@daily' }"),
      'offstage.config.json':
        '{ "schedules": { "nightly": { "task": "code.typo", "cron": "@daily", "zone": "UTC" } } }',
    })
    await project.run(['schedule', 'sync', '--yes'])
    const { items } = await project.json<{ items: { name: string; fault: string | null }[] }>(['schedule', 'list'])
    expect(Object.fromEntries(items.map(({ name, fault }) => [name, fault]))).toEqual({
      'code.typo': 'schedule: there is no option "overlp"; did you mean "overlap"?',
      'text.typo': expect.stringContaining('schedule: the options are not an object'),
      nightly: expect.stringContaining('schedule: there is no option "zone"; known are cron, every'),
    })
  })

  test('The config refuses them at every level.', async () => {
    for (const [config, message] of [
      ['{ "task": "src" }', 'config: there is no option "task"'],
      ['{ "retention": { "complet": "1d" } }', 'retention: there is no option "complet"'],
    ] as const) {
      const { exitCode, stderr } = await cliProject({ 'offstage.config.json': config }).run(['status'])
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)])
      expect(stderr).toContain('did you mean')
    }
  })
})
