import { expect, test } from 'vitest'
import { runWorker, type WorkerEvent, type WorkSettings } from '../../../src/app/workers/run-worker.js'
import { taskInfo } from '../../support/fake-host.js'
import { newJob } from '../../support/job.js'
import { type FakeProject, fakeProject, testSignals } from '../../support/use-cases.js'

const settings: WorkSettings = {
  queues: null,
  concurrency: 2,
  processes: 1,
  graceMs: 1_000,
  burst: false,
  watch: false,
  scheduler: true,
  allowCommands: false,
}
const scheduled = taskInfo('report', { schedule: { every: '1h' } })

function start({ store, tasks, context }: FakeProject, overrides: Partial<WorkSettings> = {}) {
  const events: WorkerEvent[] = []
  const signals = testSignals()
  const running = runWorker(store, tasks, context, { ...settings, ...overrides }, signals, (event) => {
    events.push(event)
  })
  return { events, signals, running, kinds: () => events.map(({ kind }) => kind) }
}

test('A worker says that it is ready, declares the schedules of the code, and names its paused queues.', async () => {
  const project = await fakeProject([scheduled])
  await project.store.pauseQueues(['mail'])
  const { events, signals, running, kinds } = start(project)
  await expect.poll(kinds).toEqual(['registered', 'ready', 'schedules-declared', 'queue-paused'])
  expect(events[2]).toMatchObject({ changes: [{ change: '+', name: 'report' }], conflicting: [], undeclared: [] })
  expect(events[3]).toEqual({ kind: 'queue-paused', name: 'mail' })
  expect(await project.store.schedules()).toMatchObject([{ name: 'report', source: 'code' }])
  signals.stop()
  await running
  expect(events.at(-1)).toMatchObject({ kind: 'stopping', running: 0 })
  expect(await project.store.workers()).toEqual([])
})

test('After the graceful signal a running job may finish.', async () => {
  const project = await fakeProject([taskInfo('hello')])
  const { events, signals, running } = start(project)
  await project.store.enqueue([newJob()])
  await expect.poll(() => project.hosts[0]?.running).toEqual(['j1'])
  signals.stop()
  await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'stopping', running: 1 })
  project.hosts[0]?.finish('j1')
  await running
  expect(await project.store.job('j1')).toMatchObject({ state: 'completed' })
})

test('The immediate signal ends the worker at once, and its job goes back.', async () => {
  const project = await fakeProject([taskInfo('hello')])
  const { signals, running } = start(project, { graceMs: 60_000 })
  await project.store.enqueue([newJob()])
  await expect.poll(() => project.hosts[0]?.running).toEqual(['j1'])
  signals.stop()
  signals.stopNow()
  await running
  expect(await project.store.job('j1')).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
})

test('A burst ends when nothing is left to do, and names the tasks of the jobs that it leaves.', async () => {
  const project = await fakeProject([taskInfo('hello')])
  await project.store.enqueue([newJob(), newJob({ task: 'elsewhere' })])
  const { events, running } = start(project, { burst: true })
  await expect.poll(() => project.hosts[0]?.running).toEqual(['j1'])
  project.hosts[0]?.finish('j1')
  await running
  expect(events.at(-1)).toEqual({ kind: 'jobs-left', left: { count: 1, tasks: ['elsewhere'] } })
})
