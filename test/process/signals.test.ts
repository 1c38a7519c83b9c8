import { existsSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { cliProject } from '../support/cli.js'
import { cancelJob, enqueueJob, jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/wait.mjs': `import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
export async function heeds() {
  console.log('begun')
  const { signal } = currentJob()
  signal.addEventListener('abort', () => console.log('told: ' + signal.reason.message))
  await setTimeout(60_000, null, { signal })
}
export async function until(file) {
  console.log('begun')
  while (!existsSync(file)) await setTimeout(20)
  console.log('seen ' + file)
  return file
}
`,
})

async function workerOn(queue: string, ...flags: string[]) {
  const worker = project.start(['workers', 'start', '--queues', queue, ...flags])
  await worker.says(/is ready/)
  return worker
}
const enqueue = (task: string, queue: string) => enqueueJob(project, task, [queue], { queue })

describe.concurrent('signals', () => {
  test('Ctrl-C on a foreground run cancels the job: exit code 130.', async () => {
    const run = project.start(['run', 'wait.heeds', '--json'])
    await run.says(/begun/)
    run.signal('SIGINT')
    const { exitCode, stdout, stderr } = await run.ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain('told: the job was cancelled')
    const job = await jobOf(project, JSON.parse(stdout).id)
    expect(job).toMatchObject({
      state: 'cancelled',
      reason: null,
      attempts: [{ state: 'cancelled', endedBy: 'signal' }],
    })
  })

  test('Ctrl-C on `run --wait` only stops following: exit code 130, and the job goes on to its end.', async () => {
    const worker = await workerOn('followed')
    const wait = ['--queue', 'followed', '--wait']
    const followed = project.start(['run', 'wait.until', 'one', ...wait])
    const id = (await followed.says(/(j\d+) runs, attempt 1/))[1] ?? ''
    followed.signal('SIGINT')
    const end = await followed.ended
    expect(end).toMatchObject({ exitCode: 130, stdout: '' })
    expect(end.stderr).toContain(`offstage status ${id}`)
    expect((await jobOf(project, id)).state).toBe('running')

    project.write('one', '')
    await worker.says(new RegExp(` ${id} \\| seen one$`, 'm'))
    const others = await Promise.all([
      project.run(['run', 'wait.until', 'one', ...wait]),
      project.run(['run', 'wait.heeds', '--timeout', '50', '--retries', '0', ...wait]),
    ])
    expect(others).toMatchObject([
      { stdout: 'one\n', exitCode: 0 },
      { stdout: '', exitCode: 3 },
    ])
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
    expect((await jobOf(project, id)).state).toBe('completed')
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'A worker that gets %s lets its jobs finish: exit code 0.',
    async (name) => {
      const worker = await workerOn(name)
      const running = await enqueue('wait.until', name)
      await worker.says(/begun/)
      worker.signal(name)
      await worker.says(/1 running jobs? may finish/)
      const late = await enqueue('wait.until', name)
      project.write(name, '')
      expect((await worker.ended).exitCode).toBe(0)
      expect(await jobOf(project, running)).toMatchObject({ state: 'completed', attempt: 1 })
      // A claim that was on its way already may have taken it; it is then given back before its code begins.
      expect(await jobOf(project, late)).toMatchObject({ state: 'queued', failures: 0, losses: 0, attempts: [] })
    },
  )

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('A second %s ends the worker at once: exit code %d, and its job is handed back.', async (name, code) => {
    const worker = await workerOn(`second-${name}`)
    const id = await enqueue('wait.until', `second-${name}`)
    await worker.says(/begun/)
    worker.signal(name)
    await worker.says(/a second signal ends it/)
    worker.signal(name)
    expect((await worker.ended).exitCode).toBe(code)
    expect(await jobOf(project, id)).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
  })

  test('What is left after --grace is told, and handed back without penalty: exit code 0.', async () => {
    const worker = await workerOn('grace', '--grace', '1s')
    const id = await enqueue('wait.heeds', 'grace')
    await worker.says(/begun/)
    worker.signal('SIGTERM')
    const end = await worker.ended
    expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('told: the worker shuts down') })
    const job = await jobOf(project, id)
    expect(job).toMatchObject({ state: 'queued', failures: 0, losses: 0, attempts: [{ endedBy: 'released' }] })
  })

  test('A running job that another process cancels is told; who follows it gets exit code 4.', async () => {
    const worker = await workerOn('cancelled')
    const followed = project.start(['run', 'wait.heeds', '--queue', 'cancelled', '--wait'])
    await worker.says(/begun/)
    const id = (await followed.says(/(j\d+) runs, attempt 1/))[1] ?? ''
    await cancelJob(project, id)
    expect((await followed.ended).exitCode).toBe(4)
    worker.signal('SIGTERM')
    expect((await worker.ended).stderr).toContain('told: the job was cancelled')
    expect(await jobOf(project, id)).toMatchObject({ state: 'cancelled', attempts: [{ endedBy: 'signal' }] })
  })

  test('A scheduler that gets SIGTERM while the task process that it asked ends stops: exit code 0.', async () => {
    const slow = cliProject({
      'tasks/slow.mjs': `import { existsSync, writeFileSync } from 'node:fs'
process.on('exit', () => {
  writeFileSync('ending', '')
  while (!existsSync('end'));
})
export default function slow() {}
`,
    })
    const scheduler = slow.start(['schedule', 'start'])
    await vi.waitUntil(() => existsSync(slow.path('ending')), { timeout: 20_000, interval: 5 })
    scheduler.signal('SIGTERM')
    slow.write('end', '')
    expect(await scheduler.ended).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('the scheduler stops'),
    })
  })
})
