import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { keysOf, shapes } from '../support/shapes.js'

const golden = goldenFolder('tasks')

interface Listed {
  readonly items: readonly { readonly name: string; readonly file: string; readonly line: number }[]
  readonly faults: readonly { readonly file: string; readonly message: string }[]
}

const email = `import { task } from 'offstage'

export const digest = task(
  { queue: 'mail', retry: { maxRetries: 5 }, timeout: '30s' },
  async (input: { day: string }) => input.day,
)

export async function send(to: string) {
  return to
}
`

describe('tasks', () => {
  test('Tasks are listed with where they are and what they say of their jobs.', async () => {
    const project = cliProject({
      'tasks/email.ts': email,
      'tasks/forever.mjs': "import { task } from 'offstage'\nexport default task({ timeout: false }, () => 1)\n",
    })
    await golden.run(project, { list: ['tasks'] })
    const listed = await project.json<Listed>(['tasks'])
    expect(keysOf(listed)).toEqual(['faults', 'items'])
    expect(keysOf(listed.items[0])).toEqual(shapes.task)
    expect(listed.items).toEqual([
      {
        name: 'email.digest',
        file: project.path('tasks/email.ts'),
        line: 3,
        queue: 'mail',
        maxRetries: 5,
        timeoutMs: 30_000,
        schedule: null,
      },
      {
        name: 'email.send',
        file: project.path('tasks/email.ts'),
        line: 8,
        queue: 'default',
        maxRetries: 3,
        timeoutMs: 900_000,
        schedule: null,
      },
      {
        name: 'forever',
        file: project.path('tasks/forever.mjs'),
        line: 2,
        queue: 'default',
        maxRetries: 3,
        timeoutMs: null,
        schedule: null,
      },
    ])
  })

  test('A faulty module is named on stderr, the others are listed, and the exit code is 1.', async () => {
    const project = cliProject({
      'tasks/broken.ts': 'export function broken() {}\n\nthrow new Error("no database")\n',
      'tasks/good.mjs': 'export default () => 1\n',
    })
    await golden.run(project, { 'faulty-module': ['tasks'] })
    const listed = await project.json<Listed>(['tasks'])
    expect(listed.items.map(({ name }) => name)).toEqual(['good'])
    expect(listed.faults.map(keysOf)).toEqual([shapes.fault])
    expect(listed.faults[0]).toEqual({
      file: project.path('tasks/broken.ts'),
      message: expect.stringContaining('no database'),
    })
  })

  test('Without a project, a task directory or a task the message says what to do.', async () => {
    const none = cliProject({ 'readme.md': '' })
    const noFolder = cliProject({ 'offstage.config.json': '{"tasks": "jobs"}' })
    const noTask = cliProject({ 'tasks/_helper.ts': 'export const helper = () => 1\n' })
    await golden.run(none, { 'no-project': ['tasks'] })
    await golden.run(noFolder, { 'no-task-directory': ['tasks'] })
    await golden.run(noTask, { 'no-task': ['tasks'] })
  })
})
