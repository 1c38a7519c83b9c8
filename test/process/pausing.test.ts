import { describe, expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { cancelJob, enqueueJob, jobOf } from '../support/store.js'

const tasks = {
  'tasks/a.mjs': `import { currentJob } from 'offstage'
import { existsSync } from 'node:fs'
export const quick = (word) => console.log('did %s', word)
export const wait = async () => {
  console.log('waiting')
  while (!existsSync('go') && !currentJob().signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20))
}
`,
}

describe('A paused queue', () => {
  test('Gives an idle worker nothing until it is resumed, and then at once; other queues go on.', async () => {
    const project = cliProject(tasks)
    await project.run(['queues', 'pause', 'mail'])
    const worker = project.start(['workers', 'start'])
    await worker.says(/ready[\s\S]*mail is paused; resume it: offstage queues resume mail/)
    const paused = await enqueueJob(project, 'a.quick', ['mail'], { queue: 'mail' })
    await enqueueJob(project, 'a.quick', ['other'])
    await worker.says(/did other/)
    expect(await jobOf(project, paused)).toMatchObject({ state: 'queued', attempt: 0 })

    await project.run(['queues', 'resume', 'mail'])
    await worker.says(/did mail/)
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('Lets what runs go on, and does not keep --burst from its end.', async () => {
    const project = cliProject(tasks)
    const running = await enqueueJob(project, 'a.wait')
    const worker = project.start(['workers', 'start', '--burst', '--concurrency', '1'])
    await worker.says(/waiting/)
    await project.run(['queues', 'pause', 'default'])
    const waiting = await enqueueJob(project, 'a.quick', ['it'])
    project.write('go', '')
    expect((await worker.ended).exitCode).toBe(0)
    expect(await jobOf(project, running)).toMatchObject({ state: 'completed' })
    expect(await jobOf(project, waiting)).toMatchObject({ state: 'queued' })

    const again = await project.run(['workers', 'start', '--burst'])
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('default is paused') })
    expect(await jobOf(project, waiting)).toMatchObject({ state: 'queued', attempt: 0 })
  })

  test('Does not hold up what runs in the foreground.', async () => {
    const project = cliProject(tasks)
    await project.run(['queues', 'pause', 'default'])
    expect(await project.run(['run', 'a.quick', 'it'])).toMatchObject({ exitCode: 0 })
    const following = project.start(['run', 'a.quick', 'it', '--wait'])
    await following.says(/j2 enqueued[\s\S]*default is paused; resume it: offstage queues resume default/)
    await eventually(async () => expect(await jobOf(project, 'j2')).toMatchObject({ state: 'queued' }))
    await cancelJob(project, 'j2')
    expect((await following.ended).exitCode).toBe(4)
  })
})
