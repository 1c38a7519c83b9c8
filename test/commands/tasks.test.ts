import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { keysOf, shapes } from '../support/shapes.js'

const golden = goldenFolder('tasks')

interface Listed {
  readonly items: readonly {
    readonly name: string
    readonly file: string
    readonly line: number
    readonly schedule: string | null
  }[]
  readonly faults: readonly { readonly file: string; readonly message: string }[]
}

const email = `import { task } from 'offstage'

export const digest = task(
  { queue: 'mail', retry: { maxRetries: 5 }, timeout: '30s' },
  async (input: { day: string }) => input.day,
)

/** Sends a mail. */
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
        description: null,
        file: project.path('tasks/email.ts'),
        line: 3,
        queue: 'mail',
        maxRetries: 5,
        timeoutMs: 30_000,
        schedule: null,
      },
      {
        name: 'email.send',
        description: 'Sends a mail.',
        file: project.path('tasks/email.ts'),
        line: 9,
        queue: 'default',
        maxRetries: 3,
        timeoutMs: 900_000,
        schedule: null,
      },
      {
        name: 'forever',
        description: null,
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

  test('The schedule of a task is shown; one that cannot be followed is named on stderr, and the exit code is 1.', async () => {
    const project = cliProject({
      'tasks/logs.mjs': `import { task } from 'offstage'
export const clean = task({ schedule: { cron: '0 2 * * *', tz: 'Europe/Berlin' } }, () => 1)
export const count = task({ schedule: { every: '1h', tz: 'UTC' } }, () => 1)
export const turn = task({ schedule: { at: '2040-01-01T12:00', tz: 'UTC' } }, () => 1)
`,
    })
    await golden.run(project, { schedules: ['tasks'] })
    project.write(
      'tasks/report.mjs',
      "import { task } from 'offstage'\nexport default task({ schedule: { cron: '0 25 * * *', tz: 'UTC' } }, () => 1)\n",
    )
    await golden.run(project, { 'faulty-schedule': ['tasks'] })
    const { items, faults } = await project.json<Listed>(['tasks'])
    expect(items.map(({ schedule }) => schedule)).toEqual([
      '0 2 * * * (Europe/Berlin)',
      'every 1h (UTC)',
      'once at 2040-01-01 12:00:00 (UTC)',
      null,
    ])
    expect(faults.map(keysOf)).toEqual([shapes.fault])
  })

  test('Without a project, a task directory or a task the message says what to do.', async () => {
    const none = cliProject({ 'readme.md': '' })
    const noFolder = cliProject({ 'offstage.config.json': '{"tasks": "jobs"}' })
    const noTask = cliProject({ 'tasks/_helper.ts': 'export const helper = () => 1\n' })
    await golden.run(none, { 'no-project': ['tasks'] })
    await golden.run(noFolder, { 'no-task-directory': ['tasks'] })
    await golden.run(noTask, { 'no-task': ['tasks'] })
  })

  test('A notification to a task that is not there is named on stderr, and the exit code is 1.', async () => {
    const project = cliProject({
      'offstage.config.json': '{"notify": {"onFailed": "alerts.tel"}}',
      'tasks/alerts.mjs': 'export const tell = () => 1\n',
    })
    const { exitCode, stderr } = await project.run(['tasks'])
    expect(stderr).toBe(
      'faulty notification: notify.onFailed: there is no task alerts.tel: nobody would be told of failures; did you mean "alerts.tell"?\n',
    )
    expect(exitCode).toBe(1)
    const worker = await project.run(['workers', 'start', '--burst'])
    expect(worker.stderr).toContain('faulty notification: notify.onFailed: there is no task alerts.tel')
    const doctor = await project.run(['doctor'])
    expect(doctor.stdout).toContain('there is no task alerts.tel')
    expect(doctor.exitCode).toBe(1)
  })
})
