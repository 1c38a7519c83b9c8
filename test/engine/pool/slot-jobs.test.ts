import { expect, test } from 'vitest'
import { attemptOf, type RunningAttempt } from '../../../src/engine/attempts/running-attempt.js'
import { SlotJobs } from '../../../src/engine/pool/slot-jobs.js'
import { runningJob } from '../../support/job.js'

function entryOf(id: string, attempt = 1): RunningAttempt {
  const job = { ...runningJob({ id, attempt }), slot: null }
  return attemptOf({
    job,
    lease: { job: id, attempt, worker: 'w1', task: job.task, queue: job.queue, isNotification: false },
  })
}

test('Jobs wait until they are reported as started, in any order, and leave once.', () => {
  const lists = new SlotJobs()
  const entries = ['j1', 'j2', 'j3'].map((id) => entryOf(id))
  for (const entry of entries) lists.add(entry)
  expect(lists.start({ id: 'j2', attempt: 1 })).toBe(entries[1])
  expect([lists.count, lists.waiting, [...lists.running]]).toEqual([3, 2, [entries[1]]])
  expect(lists.take({ id: 'j2', attempt: 1 })).toBe(entries[1])
  expect(lists.take({ id: 'j2', attempt: 1 })).toBeNull()
  expect(lists.takeAll()).toEqual({ running: [], waiting: [entries[0], entries[2]] })
  expect(lists.count).toBe(0)
})

test('A job is alone that is the only one to run, or the only one there is.', () => {
  const lists = new SlotJobs()
  const [first, second] = [entryOf('j1'), entryOf('j2')]
  expect(lists.alone).toBeNull()
  lists.add(first)
  expect(lists.alone).toBe(first)
  lists.add(second)
  expect(lists.alone).toBeNull()
  lists.start({ id: 'j2', attempt: 1 })
  expect(lists.alone).toBe(second)
  lists.start({ id: 'j1', attempt: 1 })
  expect(lists.alone).toBeNull()
})

test('A report about an earlier attempt or an unknown job changes nothing.', () => {
  const lists = new SlotJobs()
  const entry = entryOf('j1', 2)
  lists.add(entry)
  for (const key of [
    { id: 'j1', attempt: 1 },
    { id: 'j2', attempt: 2 },
  ]) {
    expect(lists.start(key)).toBeNull()
    expect(lists.find(key)).toBeNull()
    expect(lists.take(key)).toBeNull()
  }
  expect([lists.count, lists.waiting]).toEqual([1, 1])
  expect(lists.start({ id: 'j1', attempt: 2 })).toBe(entry)
  expect(lists.start({ id: 'j1', attempt: 2 })).toBeNull()
})
