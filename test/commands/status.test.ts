import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { newSchedule } from '../support/parsed-schedule.js'
import { dueSlot, faultySchedule } from '../support/schedule.js'
import { keysOf, shapes } from '../support/shapes.js'
import { decideSlots, enqueueJob, putSchedules } from '../support/store.js'

const golden = goldenFolder('status')

interface StatusJson {
  readonly health: object
  readonly queues: readonly object[]
  readonly workers: readonly { readonly id: string; readonly running: readonly object[] }[]
  readonly schedules: readonly unknown[]
  readonly failures: readonly unknown[]
}

describe('status', () => {
  test('Without a store it shows an empty one.', async () => {
    const project = cliProject({ 'tasks/a.mjs': '' })
    await golden.run(project, { empty: ['status'], 'named-store-missing': ['status', '--store', 'sqlite:none.db'] })
    const health = await project.run(['health', '--store', 'sqlite:none.db'])
    expect(health).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^there is no store at \S+none\.db yet/),
    })
    const status = await project.json<StatusJson>(['status'])
    expect(status).toMatchObject({ queues: [], workers: [], schedules: [], failures: [] })
  })

  test('It shows schedules, with what became of the last time and what keeps the next from coming.', async () => {
    const project = cliProject({ 'tasks/a.mjs': '' })
    await putSchedules(project, [
      newSchedule({ cron: '0 2 * * *', tz: 'Europe/Berlin' }, { name: 'nightly', task: 'a' }),
      newSchedule({ every: '1h', until: '2020-01-01' }, { name: 'over', task: 'a' }),
      faultySchedule('wrong', 'there is no task hello'),
    ])
    await decideSlots(project, 'nightly', [
      dueSlot(Date.UTC(2020, 0, 1, 1), { through: Date.now(), outcome: 'skipped', reason: 'j1' }),
    ])
    await golden.run(project, { schedules: ['status'], 'schedules-json': ['status', '--json'] })
    const { schedules } = await project.json<StatusJson>(['status'])
    expect(schedules.map(keysOf)).toEqual(schedules.map(() => shapes.scheduleAtAGlance))
  })

  test('It shows queues, workers and what they run, and everything about one job.', async () => {
    const project = cliProject({
      'tasks/a.mjs': `import { currentJob } from 'offstage'
export const wait = () => new Promise((_, stop) => {
  console.log('waiting')
  currentJob().signal.addEventListener('abort', () => stop(new Error('told to stop')))
  setInterval(() => {}, 1000)
})
export function fail() { throw new Error('first line\\nsecond line') }
`,
    })
    await project.run([
      'run',
      'a.fail',
      'name=Ada',
      '--retries',
      '0',
      '--priority',
      '7',
      '--key',
      'k',
      '--timeout',
      'none',
    ])
    await enqueueJob(project, 'a.wait', [], { queue: 'slow' })
    await enqueueJob(project, 'a.wait', [], { delay: '1h' })
    const worker = project.start(['workers', 'start'])
    await worker.says(/j2 \| waiting/)

    await golden.run(project, {
      'queues-and-workers': ['status'],
      'running-job': ['status', 'j2'],
      'failed-job': ['status', '1'],
    })
    const status = await project.json<StatusJson>(['status'])
    expect(keysOf(status)).toEqual(shapes.status)
    expect(status.health).toMatchObject({
      status: 'unhealthy',
      reasons: [expect.stringMatching(/^100 % of 1 task failed in 5m/)],
    })
    expect(status.failures).toMatchObject([{ task: 'a.fail', error: 'Error: first line', count: 1, sampleId: 'j1' }])
    expect(status.failures.map(keysOf)).toEqual([shapes.failure])
    expect(status.queues.map(keysOf)).toEqual([shapes.queue, shapes.queue])
    expect(status.queues).toMatchObject([
      { name: 'default', scheduled: 1, failed: 1, latencyMs: null, paused: false },
      { name: 'slow', running: 1 },
    ])
    expect(status.workers.map(keysOf)).toEqual([shapes.worker])
    const { id = '' } = status.workers[0] ?? {}
    expect(status.workers).toMatchObject([{ state: 'alive', scheduler: true, queues: null }])
    expect(status.queues).toMatchObject([{ workers: [id] }, { workers: [id] }])
    expect(status.workers[0]?.running.map(keysOf)).toEqual([shapes.runningJob])
    const failed = await project.json(['status', 'j1'])
    expect(keysOf(failed)).toEqual(shapes.job)
    expect(failed.explanation).toBe('failed in its only attempt, with no retries: Error: first line')

    // The second only after the first was heard: signals that wait are merged into one.
    worker.signal('SIGINT')
    await worker.says(/1 running job may finish/)
    worker.signal('SIGINT')
    await worker.ended
  })

  test('--follow needs a job, also with --watch: it would follow nothing for ever.', async () => {
    const project = cliProject({ 'tasks/a.mjs': 'export const one = () => 1\n' })
    for (const args of [
      ['status', '--follow'],
      ['status', '--watch', '-f'],
    ]) {
      const { exitCode, stderr } = await project.run(args)
      expect(stderr).toBe('error: --follow is for one job\n  name it: offstage status JOB --follow\n')
      expect(exitCode).toBe(2)
    }
  })

  test('A window of 0 is refused: it would find nothing amiss.', async () => {
    const project = cliProject({ 'tasks/a.mjs': 'export const one = () => 1\n' })
    for (const args of [
      ['health', '--window', '0'],
      ['metrics', '--since', '0s'],
    ]) {
      expect(await project.run(args)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('looks back at nothing'),
      })
    }
  })
})
