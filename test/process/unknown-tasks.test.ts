import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { jobOf, jobsOf } from '../support/store.js'

const known = { 'tasks/known.mjs': 'export default () => 1\n' }

describe.concurrent('jobs of tasks that a worker does not know', () => {
  test('wait without an attempt for a worker that knows them; those behind them run.', async () => {
    const project = cliProject({ ...known, 'tasks/other.mjs': 'export default () => 2\n' })
    const first = await project.run(['run', 'other', '--detach', '--priority', '50'])
    expect(first.stdout).toBe('j1\n')
    await project.run(['run', 'known', '--detach'])
    rmSync(project.path('tasks/other.mjs'))

    const worker = project.start(['workers', 'start'])
    await eventually(async () => expect((await jobOf(project, 'j2')).state).toBe('completed'))
    const waiting = await jobOf(project, 'j1')
    expect(waiting).toMatchObject({ state: 'queued', attempt: 0, failures: 0, attempts: [] })
    expect(waiting.explanation).toContain('the only worker of the queue does not know the task other')

    // A deploy that goes on: the module comes back, and a worker that knows it takes the job.
    project.write('tasks/other.mjs', 'export default () => 3\n')
    const burst = await project.run(['workers', 'start', '--burst'])
    expect(burst.exitCode, burst.stderr).toBe(0)
    // A claim that was handed back unstarted counts in `attempt`, and keeps no record.
    const done = await jobOf(project, 'j1')
    expect(done).toMatchObject({ state: 'completed', failures: 0, losses: 0, result: 3 })
    expect(done.attempts).toHaveLength(1)
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('A burst leaves them, names their tasks and ends.', async () => {
    const project = cliProject({
      ...known,
      'tasks/gone.mjs': 'export default () => 2\n',
      'tasks/faulty.mjs': 'export default () => 4\n',
    })
    for (const task of ['gone', 'faulty', 'gone', 'known']) await project.run(['run', task, '--detach'])
    rmSync(project.path('tasks/gone.mjs'))
    project.write('tasks/faulty.mjs', 'throw new Error("at the top")\n')
    const burst = await project.run(['workers', 'start', '--burst'])
    expect(burst).toMatchObject({ exitCode: 0 })
    expect(burst.stderr).toContain('left 3 jobs of tasks that this worker does not know: faulty, gone')
    expect((await jobsOf(project)).map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'completed'])
  })

  test('Commands are known to every worker.', async () => {
    const project = cliProject(known)
    const id = (await project.run(['run', '--detach', '--', 'echo', '7'])).stdout.trim()
    expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
    expect(await jobOf(project, id)).toMatchObject({ state: 'completed', result: 7 })
  })
})
