import { expect, test } from 'vitest'
import { jobsOfLines } from '../../../src/app/run/each-jobs.js'
import { enqueueBatches, summarise } from '../../../src/app/run/enqueue-batches.js'
import { runEach } from '../../../src/app/run/run-each.js'
import type { Enqueued } from '../../../src/stores/store.js'
import { taskInfo } from '../../support/fake-host.js'
import { newJob } from '../../support/job.js'
import { fakeProject, testSignals } from '../../support/use-cases.js'

const hello = taskInfo('hello')
const lines = [1, 2, 3].map((number) => ({ number, argsJson: `[${number}]` }))

test('Jobs are given in the order of their lines, whichever ends first.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([hello])
  const jobs = jobsOfLines(hello, lines, {})
  const results: unknown[] = []
  const reading = (async () => {
    for await (const { job } of runEach(store, tasks, context, jobs, testSignals(), () => {})) results.push(job.result)
  })()
  await expect.poll(() => hosts[0]?.running).toEqual(['j1', 'j2', 'j3'])
  for (const id of ['j3', 'j2', 'j1']) hosts[0]?.finish(id, { kind: 'returned', resultJson: `"${id}"` })
  await reading
  expect(results).toEqual(['j1', 'j2', 'j3'])
})

test('A reader that stops early ends the worker, which gives back what has not ended.', async () => {
  const { context, store, tasks, hosts } = await fakeProject([hello])
  const jobs = jobsOfLines(hello, lines, {})
  const reading = (async () => {
    for await (const { job } of runEach(store, tasks, context, jobs, testSignals(), () => {})) return job.id
    return null
  })()
  await expect.poll(() => hosts[0]?.running).toEqual(['j1', 'j2', 'j3'])
  hosts[0]?.finish('j1')
  expect(await reading).toBe('j1')
  expect(await store.workers()).toEqual([])
  expect(await store.job('j2')).toMatchObject({ state: 'queued', losses: 0, failures: 0 })
})

test('Many jobs are stored a thousand at a time, and their summary counts the duplicates.', async () => {
  const { store } = await fakeProject([hello])
  const jobs = Array.from({ length: 1_001 }, (_, index) =>
    newJob({ key: { name: index === 1_000 ? 'key-0' : `key-${index}`, policy: 'skip', forMs: 0 } }),
  )
  const answers: (readonly Enqueued[])[] = []
  for await (const some of enqueueBatches((batch) => store.enqueue(batch), jobs)) answers.push(some)
  expect(answers.map(({ length }) => length)).toEqual([1_000, 1])
  expect(summarise(answers.flat())).toMatchObject({ enqueued: 1_000, duplicates: 1 })
})
