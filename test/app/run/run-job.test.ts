import { expect, test } from 'vitest'
import { prepareJob } from '../../../src/app/run/enqueue-job.js'
import type { ForegroundEvent } from '../../../src/app/run/foreground-worker.js'
import { runJob } from '../../../src/app/run/run-job.js'
import { taskInfo } from '../../support/fake-host.js'
import { fakeProject, testSignals } from '../../support/use-cases.js'

const request = { task: 'hello', argsJson: '["Ada"]', options: {} }

test('A job runs here as a stored one, and its end is what the store has of it.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([taskInfo('hello')])
  const events: ForegroundEvent['kind'][] = []
  const job = await prepareJob(tasks, request)
  const ending = runJob(store, tasks, context, job, testSignals(), ({ kind }) => events.push(kind))
  await expect.poll(() => hosts[0]?.running).toEqual(['j1'])
  hosts[0]?.finish('j1', { kind: 'returned', resultJson: '"Hello, Ada"' })
  expect(await ending).toMatchObject({
    job: { id: 'j1', state: 'completed', result: 'Hello, Ada', args: ['Ada'] },
    duplicate: false,
    interrupted: false,
  })
  expect(events).toEqual(['registered'])
  expect(await store.workers()).toEqual([])
})

test('The graceful signal cancels the job: its code is asked to stop, and the end says that it was interrupted.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([taskInfo('hello')])
  const events: ForegroundEvent[] = []
  const signals = testSignals()
  const job = await prepareJob(tasks, request)
  const ending = runJob(store, tasks, context, job, signals, (event) => events.push(event))
  await expect.poll(() => hosts[0]?.running).toEqual(['j1'])
  signals.stop()
  await expect.poll(() => hosts[0]?.asked).toContain('stop j1 cancelled')
  hosts[0]?.finish('j1', { kind: 'threw', error: { name: 'Error', message: '', stack: null }, verdict: 'by policy' })
  expect(await ending).toMatchObject({ job: { state: 'cancelled' }, interrupted: true })
  expect(events.slice(1)).toEqual([{ kind: 'stopping', running: ['j1'] }])
})

test('An older job with the same key stands for the new one, and nothing runs.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([taskInfo('hello')])
  const job = await prepareJob(tasks, { ...request, options: { key: 'only', delay: '1h' } })
  await store.enqueue([job])
  const end = await runJob(store, tasks, context, job, testSignals(), () => {})
  expect(end).toMatchObject({ job: { id: 'j1', state: 'scheduled' }, duplicate: true, interrupted: false })
  expect(hosts[0]?.running).toEqual([])
})
