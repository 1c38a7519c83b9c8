import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/sum.mjs': `import { currentJob } from 'offstage'
export default (a, b) => {
  console.log('adding')
  currentJob().progress(0.5, 'half')
  return a + b
}
`,
  'tasks/fails.mjs': `import { task } from 'offstage'
export default task({ retry: { maxRetries: 0 } }, () => { throw new TypeError('too bad') })
`,
  'tasks/slow.mjs': `import { setTimeout } from 'node:timers/promises'
import { task } from 'offstage'
export default task({ timeout: '100ms', retry: { maxRetries: 0 } }, () => setTimeout(60_000))
`,
})

const yearly = ['--cron', '@yearly']

describe('schedule trigger --wait', () => {
  test('It follows the job that workers run, prints its result, and exits as run does.', async () => {
    await project.run(['schedule', 'sum', ...yearly, '2', '3'])
    for (const name of ['fails', 'slow']) await project.run(['schedule', name, ...yearly])
    const exits = ['schedule', '--name', 'exits', ...yearly, '--', 'echo out; exit 3']
    await project.run(exits)
    const worker = project.start(['workers', 'start'])
    await worker.says(/ready/)
    const trigger = (name: string, ...flags: string[]) => project.run(['schedule', 'trigger', name, '--wait', ...flags])

    const sum = await trigger('sum')
    expect(sum).toMatchObject({ stdout: '5\n', exitCode: 0 })
    expect(sum.stderr).toMatch(/^j1 enqueued\n[\s\S]*adding/)

    const asJson = await trigger('sum', '--json')
    expect(JSON.parse(asJson.stdout)).toMatchObject({ state: 'completed', result: 5, schedule: { name: 'sum' } })

    const failed = await trigger('fails')
    expect(failed).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringContaining('TypeError: too bad') })
    expect(await trigger('slow')).toMatchObject({ stdout: '', exitCode: 3 })
    const command = await trigger('exits')
    expect(command).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/out\n[\s\S]*exit code 3/) })
    worker.signal('SIGTERM')
    await worker.ended
  })

  test('It says when no worker is alive; Ctrl-C ends the following, and the job goes on.', async () => {
    const waiting = project.start(['schedule', 'trigger', 'sum', '--wait'])
    const [, id = ''] = await waiting.says(/(j\d+) enqueued\n[\s\S]*no worker/)
    waiting.signal('SIGINT')
    const { stderr, stdout, exitCode } = await waiting.ended
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 130 })
    expect(stderr).toContain(`${id} goes on; look at it with: offstage status ${id}`)
    expect((await jobOf(project, id)).state).toBe('queued')
  })

  test('A schedule that is not there is exit code 5, and nothing waits.', async () => {
    expect(await project.run(['schedule', 'trigger', 'sumo', '--wait'])).toMatchObject({ exitCode: 5, stdout: '' })
  })
})
