import { expect, test } from 'vitest'
import { prepareSuite, runSuite, type SuiteEvent } from '../../../src/app/run/run-suite.js'
import { taskInfo } from '../../support/fake-host.js'
import { fakeProject, testSignals } from '../../support/use-cases.js'

const request = { tasks: 'smoke.*', argsJson: '[]', options: { retries: 0 } }

test('A suite reports each job as it ends, then itself, with its duration in whole milliseconds.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([taskInfo('smoke.a'), taskInfo('smoke.b')])
  const events: SuiteEvent[] = []
  const jobs = await prepareSuite(tasks, request)
  const running = runSuite(store, tasks, context, jobs, testSignals(), (event) => void events.push(event))
  await expect.poll(() => hosts[0]?.running).toEqual(['j1', 'j2'])
  hosts[0]?.finish('j2')
  await expect.poll(() => events.map(({ kind }) => kind)).toEqual(['registered', 'ended'])
  hosts[0]?.finish('j1', {
    kind: 'threw',
    error: { name: 'Error', message: 'no', stack: null },
    verdict: 'by policy',
  })
  const { suite, interrupted } = await running
  expect(events.map((event) => (event.kind === 'ended' ? event.job.id : event.kind))).toEqual([
    'registered',
    'j2',
    'j1',
    'suite-ended',
  ])
  expect(suite).toMatchObject({ passed: 1, failed: 1, items: [{ id: 'j1' }, { id: 'j2' }], faults: [] })
  expect(Number.isInteger(suite.durationMs)).toBe(true)
  expect(interrupted).toBe(false)
})

test('A suite is reported while its worker still runs, so that a second signal cannot keep it from being handled.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([taskInfo('smoke.a')])
  const workers: number[] = []
  const jobs = await prepareSuite(tasks, request)
  const signals = testSignals()
  const running = runSuite(store, tasks, context, jobs, signals, async (event) => {
    if (event.kind === 'suite-ended') workers.push((await store.workers()).length)
  })
  await expect.poll(() => hosts[0]?.running).toEqual(['j1'])
  hosts[0]?.finish('j1')
  await running
  expect(workers).toEqual([1])
})
