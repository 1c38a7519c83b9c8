import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob } from '../support/store.js'

interface Items {
  readonly items: readonly { readonly id: string; readonly answer?: string; readonly running?: readonly object[] }[]
}

const files = {
  'tasks/wait.mjs': `import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export async function until(file) {
  console.log('begun')
  while (!existsSync(file)) await setTimeout(20)
}
`,
}

describe('workers stop', () => {
  test('A worker lets its job finish and leaves; others go on; the command waits for it if asked to.', async () => {
    const project = cliProject(files)
    const [first, second] = [
      project.start(['workers', 'start']),
      project.start(['workers', 'start', '--queues', 'other']),
    ]
    const [, id = ''] = await first.says(/worker (w\d+) is ready/)
    await second.says(/is ready/)
    const job = await enqueueJob(project, 'wait.until', ['go'])
    await first.says(/begun/)
    const listed = await project.json<Items>(['workers', 'list'])
    expect(listed.items.find((worker) => worker.id === id)).toMatchObject({
      state: 'alive',
      running: [{ id: job, task: 'wait.until' }],
    })
    expect(await project.json<Items>(['workers', 'stop', id])).toEqual({ items: [{ id, answer: 'asked' }] })
    await first.says(/stops/)
    // It drains already: asking again does not cut the job short.
    expect(await project.json<Items>(['workers', 'stop', id])).toEqual({ items: [{ id, answer: 'asked' }] })
    expect(await project.json(['jobs', 'show', job])).toMatchObject({ state: 'running', attempt: 1 })
    project.write('go', '')
    expect((await first.ended).exitCode).toBe(0)
    expect(await project.json(['jobs', 'show', job])).toMatchObject({ state: 'completed', attempt: 1 })
    expect((await project.json<Items>(['workers', 'list'])).items).toHaveLength(1)
    second.signal('SIGTERM')
    await second.ended
  })

  test('With --now the job goes back to its queue, and --wait ends when the worker has left.', async () => {
    const project = cliProject(files)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    const job = await enqueueJob(project, 'wait.until', ['never'])
    await worker.says(/begun/)
    const stopped = await project.run(['workers', 'stop', 'w1', '--now', '--wait'])
    expect(stopped).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('w1 has left') })
    expect([130, 143]).toContain((await worker.ended).exitCode)
    expect(await project.json(['jobs', 'show', job])).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
  })

  test('A worker that does not leave in time is exit code 3.', async () => {
    const project = cliProject(files)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    await enqueueJob(project, 'wait.until', ['go'])
    await worker.says(/begun/)
    const slow = await project.run(['workers', 'stop', '--all', '--wait', '--timeout', '100ms'])
    expect(slow).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('not stopped in time: w1') })
    project.write('go', '')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('What is no worker is exit code 5, what is no id exit code 2, and one of the two must be given.', async () => {
    const project = cliProject(files)
    expect(await project.run(['workers', 'stop', 'w9'])).toMatchObject({ exitCode: 5 })
    expect(await project.run(['workers', 'stop', 'x'])).toMatchObject({ exitCode: 2 })
    expect(await project.run(['workers', 'stop'])).toMatchObject({ exitCode: 2 })
    expect(await project.run(['workers', 'stop', 'w1', '--all'])).toMatchObject({ exitCode: 2 })
    expect(await project.run(['workers', 'stop', '--all'])).toMatchObject({
      exitCode: 0,
      stderr: 'No worker is alive.\n',
    })
  })
})
