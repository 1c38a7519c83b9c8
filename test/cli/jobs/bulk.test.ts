import { expect, onTestFinished, test, vi } from 'vitest'
import { findJobs } from '../../../src/app/jobs/found-jobs.js'
import { actOnFound } from '../../../src/cli/jobs/bulk.js'
import { cancelling } from '../../../src/cli/jobs/cancel.js'
import { removing } from '../../../src/cli/jobs/remove.js'
import { retrying } from '../../../src/cli/jobs/retry.js'
import { systemClock } from '../../../src/engine/clock.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import { newJob, newWorker } from '../../support/job.js'

/** A store with so many queued jobs, and what was said on stderr. */
async function withJobs(count: number) {
  const said: string[] = []
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text))
    return true
  })
  const store = openMemoryStore(systemClock)
  onTestFinished(async () => {
    write.mockRestore()
    await store.close()
  })
  await store.enqueue(Array.from({ length: count }, () => newJob()))
  return { store, said }
}

test('A job that has begun since it was found among those that wait is not asked to stop.', async () => {
  const { store, said } = await withJobs(3)
  const found = await findJobs(store, {}, ['queued'])
  await store.claim({ worker: await store.register(newWorker(systemClock)), queues: null, limit: 1 })
  const items = await actOnFound(store, cancelling, found)
  expect(items.map(({ answer }) => answer)).toEqual(['changed', 'cancelled', 'cancelled'])
  expect(await store.job('j1')).toMatchObject({ state: 'running', cancelRequested: false })
  expect(said).toEqual(['cancelled 2 jobs; 1 stays: changed meanwhile\n'])
})

test('A job that was retried since it was found is neither removed nor retried again.', async () => {
  const { store, said } = await withJobs(2)
  await store.cancel(['j1', 'j2'])
  const found = await findJobs(store, {}, ['cancelled'])
  await store.retry(['j1'])
  expect(await actOnFound(store, removing, found)).toMatchObject([{ answer: 'unended' }, { answer: 'removed' }])
  expect(await actOnFound(store, retrying, found)).toMatchObject([{ answer: 'waiting' }, { answer: 'unknown' }])
  expect(said.at(-1)).toBe('retried 0 jobs; 2 stay: changed meanwhile\n')
  expect(await store.job('j1')).toMatchObject({ state: 'queued' })
})

test('The line at the end says why jobs stay, for each reason.', async () => {
  const { store, said } = await withJobs(2)
  await store.enqueue([newJob({ key: { name: 'report', policy: 'skip', forMs: 60_000 } })])
  await store.cancel(['j1', 'j2', 'j3'])
  const found = await findJobs(store, {}, ['cancelled'])
  await store.remove(['j1'])
  await actOnFound(store, removing, found)
  expect(said.at(-1)).toBe(
    'removed 1 job; 1 stays: changed meanwhile; 1 stays: the unique key is held for some time yet\n',
  )
})

test('Jobs are found the oldest first, with the task if they are all of one.', async () => {
  const { store } = await withJobs(2)
  expect(await findJobs(store, {}, ['queued'])).toEqual({ ids: ['j1', 'j2'], states: ['queued'], task: 'hello' })
  await store.enqueue([newJob({ task: 'other' })])
  expect(await findJobs(store, {}, ['queued'])).toMatchObject({ ids: ['j1', 'j2', 'j3'], task: null })
  expect(await findJobs(store, {}, ['failed'])).toMatchObject({ ids: [], task: null })
})
