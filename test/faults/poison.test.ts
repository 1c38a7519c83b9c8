import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { enqueueJob, enqueueJobs, jobOf, jobsOf } from '../support/store.js'

const project = cliProject({
  'tasks/fine.mjs': `import { setTimeout } from 'node:timers/promises'
export default (waitMs) => setTimeout(waitMs, 'fine')
`,
  'tasks/kills.mjs': "export default () => process.kill(process.pid, 'SIGKILL')\n",
  'tasks/crashes.mjs': "export default () => process.kill(process.pid, 'SIGSEGV')\n",
})

test('A job that kills its process fails as lost after three deaths alone; a thousand beside it complete, and none is blamed.', async () => {
  await enqueueJobs(project, 'fine', 500, [2])
  const poison = [await enqueueJob(project, 'kills'), await enqueueJob(project, 'crashes')]
  await enqueueJobs(project, 'fine', 500, [2])
  const workers = [1, 2].map(() => project.start(['workers', 'start', '--concurrency', '16']))
  const ended = async (id: string) => expect(await jobOf(project, id)).toMatchObject({ state: 'failed' })
  await eventually(() => Promise.all(poison.map(ended)))
  await eventually(async () => {
    const { queues } = await project.json<{ queues: { completed: number }[] }>(['status'])
    expect(queues[0]?.completed).toBe(1_000)
  })
  for (const worker of workers) worker.signal('SIGTERM')
  const ends = await Promise.all(workers.map((worker) => worker.ended))
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0])

  for (const [index, id] of poison.entries()) {
    const job = await jobOf(project, id)
    expect(job).toMatchObject({ state: 'failed', reason: 'lost', failures: 0 })
    // Beside others once at most, and then alone.
    expect([3, 4]).toContain(job.losses)
    expect(job.error?.message).toContain(['signal SIGKILL', 'signal SIGSEGV'][index])
  }
  const jobs = await jobsOf(project)
  const fine = jobs.filter(({ task }) => task === 'fine')
  expect(fine.filter(({ state, failures }) => state !== 'completed' || failures > 0)).toEqual([])
  expect(Math.max(...fine.map(({ losses }) => losses))).toBeLessThanOrEqual(2)
})
