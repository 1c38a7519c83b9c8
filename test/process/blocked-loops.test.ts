import { describe, expect, test } from 'vitest'
import { cliProject, type RunningCli } from '../support/cli.js'
import { enqueueJob, enqueueJobs, finalJobs } from '../support/store.js'

const tasks = {
  'tasks/loop.mjs': `import { setTimeout } from 'node:timers/promises'
import { task } from 'offstage'
const soon = { grace: '300ms' }
export const computes = task(soon, (ms) => {
  console.log('computes')
  for (const end = Date.now() + ms; Date.now() < end; );
  return 'computed'
})
export const spins = task(soon, () => { console.log('spins'); for (;;); })
export const waits = task(soon, () => setTimeout(60_000))
export const good = () => 'good'
`,
}

async function worker(project: ReturnType<typeof cliProject>, ...flags: string[]): Promise<RunningCli> {
  const running = project.start(['workers', 'start', ...flags])
  await running.says(/is ready/)
  return running
}

async function end(running: RunningCli): Promise<void> {
  running.signal('SIGTERM')
  expect((await running.ended).exitCode).toBe(0)
}

describe.concurrent('a job that blocks its loop', () => {
  test('takes its time, in one attempt; those behind it have their time when they begin.', async () => {
    const project = cliProject(tasks)
    const running = await worker(project, '--concurrency', '4', '--processes', '1')
    const slow = await enqueueJob(project, 'loop.computes', [4_000], { retries: 0 })
    await running.says(/computes/)
    const behind = await enqueueJobs(project, 'loop.good', 6, [], { retries: 0, timeout: '500ms' })
    const [first, ...others] = await finalJobs(project, [slow, ...behind])
    expect(first).toMatchObject({ state: 'completed', attempt: 1, result: 'computed' })
    for (const job of others) expect(job).toMatchObject({ state: 'completed', failures: 0, losses: 0, result: 'good' })
    await end(running)
  })

  test('without an end is ended by its own limit, once, whatever the limits of those behind it are.', async () => {
    const project = cliProject(tasks)
    const running = await worker(project, '--concurrency', '4', '--processes', '1')
    const spinning = await enqueueJob(project, 'loop.spins', [], { retries: 0, timeout: '2s' })
    await running.says(/spins/)
    const behind = await enqueueJobs(project, 'loop.good', 6, [], { retries: 0, timeout: '500ms' })
    const [spun, ...others] = await finalJobs(project, [spinning, ...behind])
    expect(spun).toMatchObject({ state: 'failed', reason: 'timeout', attempt: 1, attempts: [{ endedBy: 'killed' }] })
    for (const job of others) expect(job).toMatchObject({ state: 'completed', failures: 0, losses: 0, result: 'good' })
    await end(running)
  })

  test('while another one that runs beside it is out of time runs again by itself, and comes to its end.', async () => {
    const project = cliProject(tasks)
    const running = await worker(project, '--concurrency', '2', '--processes', '1')
    const waiting = await enqueueJob(project, 'loop.waits', [], { retries: 0, timeout: '1s' })
    const slow = await enqueueJob(project, 'loop.computes', [5_000], { retries: 0 })
    const [waited, computed] = await finalJobs(project, [waiting, slow])
    expect(waited).toMatchObject({ state: 'failed', reason: 'timeout' })
    expect(computed).toMatchObject({ state: 'completed', failures: 0, losses: 0, result: 'computed' })
    expect(computed?.attempts?.map(({ endedBy }) => endedBy)).toEqual(['released', 'return'])
    await end(running)
  })
})
