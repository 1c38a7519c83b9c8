import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { ledgerTask, readLedger } from '../support/ledger.js'
import { enqueueJob, enqueueJobs, jobOf, jobsOf } from '../support/store.js'

const tasks = {
  'tasks/work.mjs': ledgerTask,
  'tasks/until.mjs': `import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export default async (file) => {
  console.log('begun')
  while (!existsSync(file)) await setTimeout(20)
}
`,
}

describe.concurrent('jobs claimed ahead', () => {
  test('What waits behind a slow job goes to another worker, without an attempt of its own.', async () => {
    const project = cliProject(tasks)
    // Fast ones first, so that the worker claims ahead; then one that holds its only place.
    await enqueueJobs(project, 'work', 300, [0])
    const slow = await enqueueJob(project, 'until', ['go'])
    await enqueueJobs(project, 'work', 300, [0])
    const first = project.start(['workers', 'start', '--concurrency', '1'])
    await first.says(/begun/)
    const second = project.start(['workers', 'start'])
    await eventually(async () => {
      const states = (await jobsOf(project)).filter(({ id }) => id !== slow).map(({ state }) => state)
      expect(new Set(states)).toEqual(new Set(['completed']))
    })
    expect(await jobOf(project, slow)).toMatchObject({ state: 'running', attempt: 1 })
    project.write('go', '')
    for (const worker of [first, second]) worker.signal('SIGTERM')
    await Promise.all([first, second].map((worker) => worker.ended))
    const jobs = await jobsOf(project)
    expect(jobs.filter(({ attempts, losses }) => attempts.length !== 1 || losses > 0)).toEqual([])
    expect(readLedger(project).filter(({ what }) => what === 'S')).toHaveLength(600)
  })

  test('No more jobs run at once than the concurrency, however many were claimed.', async () => {
    const project = cliProject(tasks)
    await enqueueJobs(project, 'work', 400, [2])
    await project.run(['workers', 'start', '--burst', '--concurrency', '3', '--processes', '2'])
    const ledger = readLedger(project)
    let running = 0
    let most = 0
    for (const { what } of ledger) {
      running += what === 'S' ? 1 : -1
      most = Math.max(most, running)
    }
    expect(ledger).toHaveLength(800)
    expect(most).toBe(3)
  })
})
