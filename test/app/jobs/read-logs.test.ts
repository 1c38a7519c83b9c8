import { expect, test } from 'vitest'
import { readLogs } from '../../../src/app/jobs/read-logs.js'
import { watchJob } from '../../../src/app/jobs/watch-job.js'
import { NotFoundError } from '../../../src/domain/errors.js'
import { systemClock } from '../../../src/engine/clock.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { Addition, Lease } from '../../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'

const forEver = new AbortController().signal
const { completed, retry } = outcomesAt(systemClock)

async function claimed() {
  const store = openMemoryStore(systemClock)
  const worker = await store.register(newWorker(systemClock))
  await store.enqueue([newJob()])
  const claim = async () => {
    const [next] = await store.claim({ worker, queues: null, tasks: ['hello'], limit: 1 })
    if (next === undefined) throw new Error('nothing was claimed')
    return next.lease
  }
  return { store, claim }
}

test('Followed logs go on with the next attempt, say how many lines are cut, and end with the job.', async () => {
  const { store, claim } = await claimed()
  const addition = (lease: Lease, lines: readonly number[]): Addition => ({
    lease,
    progress: null,
    output: lines.map((line) => ({ line, at: 0, stream: 'stdout', text: `line ${line}` })),
    forget: null,
    usage: null,
  })
  const first = await claim()
  await store.append([addition(first, [1, 5])])
  const entries: unknown[] = []
  const reading = (async () => {
    for await (const entry of readLogs(store, { id: 'j1', attempt: null, follow: true }, forEver)) {
      entries.push(entry.kind === 'line' ? entry.line.text : entry)
    }
  })()
  await expect.poll(() => entries).toHaveLength(4)
  await store.settle([{ lease: first, outcome: retry(0) }])
  const second = await claim()
  await store.append([addition(second, [1])])
  await store.settle([{ lease: second, outcome: completed() }])
  await reading
  expect(entries).toEqual([
    { kind: 'attempt', attempt: 1 },
    'line 1',
    { kind: 'cut', lines: 3 },
    'line 5',
    { kind: 'attempt', attempt: 2 },
    'line 1',
  ])
})

test('A job is watched until it is final.', async () => {
  const { store, claim } = await claimed()
  const states: string[] = []
  const watching = (async () => {
    for await (const { job } of watchJob(store, 'j1', forEver)) states.push(job.state)
  })()
  await expect.poll(() => states).toEqual(['queued'])
  const lease = await claim()
  await store.settle([{ lease, outcome: completed() }])
  await watching
  expect([states[0], states.at(-1)]).toEqual(['queued', 'completed'])
})

test('A job that is not there is an error, for its logs too.', async () => {
  const store = openMemoryStore(systemClock)
  await expect(watchJob(store, 'j9', forEver).next()).rejects.toThrow(NotFoundError)
  const request = { id: 'j9', attempt: null, follow: false }
  await expect(readLogs(store, request, forEver).next()).rejects.toThrow(NotFoundError)
})
