import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliProject, type RunningCli } from '../support/cli.js'
import { enqueueJob, finalJobs, jobOf } from '../support/store.js'

// Holds so many megabytes until it is killed; with a third word it lets children of its own have them.
const hog = `import { spawn } from 'node:child_process'
const [, file, megabytes, children] = process.argv
const kept = []
if (children === undefined) for (let n = 0; n < megabytes / 8; n++) kept.push(Buffer.alloc(8 * 1024 * 1024, 1))
else for (let n = 0; n < children; n++) spawn(process.execPath, [file, megabytes], { stdio: 'ignore' })
setInterval(() => kept.length, 1000)
`

const project = cliProject({
  'hog.mjs': hog,
  'tasks/task.mjs': `import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { task } from 'offstage'
async function grows() {
  const kept = []
  for (;;) { kept.push(Buffer.alloc(8 * 1024 * 1024, 1)); await setTimeout(5) }
}
export const own = task({ isolation: 'own' }, grows)
export const suspect = task({}, grows)
export const child = task({}, async () => {
  spawn(process.execPath, ['hog.mjs', '400'], { stdio: 'ignore' })
  await setTimeout(60_000)
})
export const good = task({ isolation: 'own' }, () => 'good')
`,
})

// Linux only: elsewhere the system cannot say what a process uses.
describe.runIf(process.platform === 'linux')('--max-memory', () => {
  let worker: RunningCli
  beforeAll(async () => {
    worker = project.start(['workers', 'start', '--max-memory', '200mb'])
    await worker.says(/is ready/)
  })
  afterAll(async () => {
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  const command = async (args: readonly string[], options: readonly string[] = []) =>
    (await project.run(['run', '--detach', ...options, '--', process.execPath, 'hog.mjs', ...args])).stdout.trim()
  const used = (name: string) =>
    expect.stringMatching(new RegExp(`^${name}killed: it used \\d{3} MB, over the limit of 200 MB \\(--max-memory\\)`))

  test('kills a command that uses more, and says so with the sizes.', async () => {
    const [job] = await finalJobs(project, [await command(['400'])])
    expect(job).toMatchObject({
      state: 'failed',
      reason: 'error',
      error: { name: 'OutOfMemory', message: used('the command was '), exitCode: null, signal: 'SIGKILL' },
    })
  })

  test('counts all processes of a command together, of which each one uses less.', async () => {
    const [job] = await finalJobs(project, [await command(['100', '3'])])
    expect(job).toMatchObject({ state: 'failed', error: { message: used('the command was ') } })
  })

  test('leaves a command alone that uses less, and its retries are those of any failure.', async () => {
    const small = await command(['20'])
    const again = await command(['400'], ['--retries', '1'])
    const [job] = await finalJobs(project, [again])
    expect(job).toMatchObject({ state: 'failed', failures: 2 })
    expect(await jobOf(project, small)).toMatchObject({ state: 'running' })
    await project.run(['jobs', 'cancel', small])
    await finalJobs(project, [small])
  })

  test.each([['own'], ['suspect'], ['child']])(
    'holds for a job of a task process: %s. Its loss is counted, and others run on.',
    async (name) => {
      const id = await enqueueJob(project, `task.${name}`, [], { retries: 0 })
      const good = await enqueueJob(project, 'task.good')
      const [job, other] = await finalJobs(project, [id, good])
      expect(job).toMatchObject({
        state: 'failed',
        reason: 'lost',
        // The second time it is a suspect, which has a process of its own.
        losses: 3,
        error: { name: 'OutOfMemory', message: used('the task process ended \\(') },
      })
      expect(other).toMatchObject({ state: 'completed', losses: 0 })
    },
  )
})
