import { symlinkSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually, isAlive } from '../support/cli.js'
import { enqueueJob, jobOf } from '../support/store.js'
import { endLeases } from '../support/store-changes.js'
import { sqliteOnly } from '../support/tested-store.js'

const tasks = {
  'tasks/good.mjs': "export default () => 'good'\n",
  'tasks/leaves.mjs': `import { spawn } from 'node:child_process'
import { currentJob } from 'offstage'
export default function leaves() {
  const { pid } = spawn('sleep', ['987'], { stdio: 'inherit' })
  console.log('left ' + pid)
  return pid
}
export const blocks = () => void process.prependListener('disconnect', () => { for (;;); })
`,
  'tasks/wait.mjs': `import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
export default async function wait() {
  console.log('begun ' + currentJob().attempt)
  await setTimeout(60_000)
}
`,
}

/** Holds the lock that every write needs. */
function lockStore(file: string): Database.Database {
  const db = new Database(file)
  db.exec('BEGIN IMMEDIATE')
  return db
}

describe.concurrent('nothing hangs', () => {
  test('A task that leaves a child behind, which holds its output: the run ends, and so does the child.', async () => {
    const project = cliProject(tasks)
    const run = await project.run(['run', 'leaves'])
    expect(run.exitCode).toBe(0)
    await eventually(() => expect(isAlive(Number(run.stdout))).toBe(false))

    await enqueueJob(project, 'leaves')
    const worker = await project.run(['workers', 'start', '--burst'])
    expect(worker.exitCode).toBe(0)
    await eventually(() => expect(isAlive(Number(/left (\d+)/.exec(worker.stderr)?.[1]))).toBe(false))
  })

  test('A task that blocks its loop after its end does not keep the worker.', async () => {
    const project = cliProject(tasks)
    await enqueueJob(project, 'leaves.blocks')
    expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
    expect(await jobOf(project, 'j1')).toMatchObject({ state: 'completed' })
  })

  test('A link in the task directory that leads back to it is named; the tasks run.', async () => {
    const project = cliProject(tasks)
    symlinkSync('.', project.path('tasks/self'))
    symlinkSync('loop', project.path('tasks/loop'))
    const run = await project.run(['run', 'good'])
    expect(run).toMatchObject({ stdout: 'good\n', exitCode: 0 })
    expect(run.stderr).toBe(`faulty module: ${project.path('tasks/self')}: a link to a folder that it is in\n`)
    expect((await project.run(['tasks'])).exitCode).toBe(1)
  })

  test.each([
    ['waits', 'await new Promise(() => setInterval(() => {}, 1_000))'],
    ['spins', 'for (;;);'],
  ])('A module whose top level %s for ever is ended by one signal, with its process.', async (_, forever) => {
    const project = cliProject({
      ...tasks,
      'tasks/stuck.mjs': `import { appendFileSync } from 'node:fs'
console.log('loading\\x07')
appendFileSync('reached.txt', process.pid + '\\n')
${forever}
`,
    })
    let reached = 0
    for (const [args, signal, exitCode] of [
      [['run', 'stuck'], 'SIGINT', 130],
      [['run', '*', '--retries', '0'], 'SIGTERM', 130],
      [['workers', 'start'], 'SIGTERM', 0],
    ] as const) {
      const command = project.start(args)
      reached++
      await eventually(() => expect(project.lines('reached.txt')).toHaveLength(reached))
      if (forever.startsWith('await')) await command.says(/loading\\x07$/m)
      command.signal(signal)
      expect(await command.ended).toMatchObject({ exitCode, stdout: '' })
      await eventually(() => expect(project.processes()).toEqual([]))
    }
  })

  test('A run that stood still past its lease says so and ends: exit code 1. The job is for the workers then.', async () => {
    const project = cliProject(tasks)
    const run = project.start(['run', 'wait'])
    await run.says(/begun 1/)
    // As if it had been stopped for that long: the lease of every worker has run out.
    endLeases(project)
    const end = await run.ended
    expect(end).toMatchObject({ exitCode: 1, stdout: '' })
    expect(end.stderr).toMatch(/error: this process stood still .*\n {2}start a worker/)
    const worker = project.start(['workers', 'start'])
    await worker.says(/begun 2/)
    worker.signal('SIGTERM')
    await worker.says(/a second signal/)
    worker.signal('SIGTERM')
    await worker.ended
  })

  sqliteOnly(test, 'its file is locked; a Redis that is frozen is in test/process/redis').each([
    [['workers', 'start'], 143],
    [['run', 'wait'], 130],
  ] as const)('A second signal ends %j while the store takes no writes: exit code %d.', async (args, exitCode) => {
    const project = cliProject(tasks)
    await enqueueJob(project, 'wait')
    const command = project.start(args)
    await command.says(/begun/)
    const lock = lockStore(project.path('.offstage/jobs.db'))
    try {
      command.signal('SIGINT')
      if (args[0] === 'workers') await command.says(/a second signal/)
      command.signal('SIGTERM')
      expect((await command.ended).exitCode).toBe(exitCode)
    } finally {
      lock.close()
    }
    await eventually(() => expect(project.processes()).toEqual([]))
  })
})
