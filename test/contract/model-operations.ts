import fc from 'fast-check'
import { jobStates, type KeyPolicy } from '../../src/domain/job.js'
import type { JobFilter, Lease } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { evenly, type Subject } from './harness.js'
import { runSchedules, scheduleOperations, schedulesHeld } from './model-schedules.js'

// Small ranges: operations have to meet each other.
const ids = fc.integer({ min: 1, max: 8 }).map((number) => `j${number}`)
const workers = fc.integer({ min: 1, max: 3 }).map((number) => `w${number}`)
const tokens = fc.constantFrom('s', 't', 'u')
const jobs = fc.record({
  queue: fc.constantFrom('a', 'b', 'c'),
  priority: fc.constantFrom(0, 0, 0, -1, 5),
  inMs: fc.constantFrom(0, 0, 0, 10, 1_000),
  expiresInMs: fc.constantFrom(null, null, 0, 5, 2_000),
  key: fc.option(
    fc.record({
      name: fc.constantFrom('k', 'l'),
      policy: fc.constantFrom<KeyPolicy>('skip', 'replace', 'error'),
      forMs: fc.constantFrom(0, 50),
    }),
  ),
  reservedFor: fc.option(workers, { freq: 5 }),
  token: fc.option(fc.record({ value: tokens, validForMs: fc.constantFrom(-1, 0, 60_000) }), {
    freq: 3,
    nil: undefined,
  }),
})
const pausable = fc.array(fc.constantFrom('a', 'b', 'unused'), { maxLength: 2 })
const ends = fc.constantFrom('completed', 'failed', 'retry', 'retryLater', 'cancelled', 'released', 'unstarted', 'loss')

/** What is done to a store, in small ranges. */
export const operations = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('enqueue' as const), jobs: fc.array(jobs, { maxLength: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      worker: workers,
      limit: fc.integer({ min: 0, max: 4 }),
      queues: fc.option(fc.subarray(['a', 'b', 'c'])),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), lease: fc.nat(9), end: ends }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cancel' as const),
      ids: fc.array(ids, { maxLength: 3 }),
      states: fc.option(fc.subarray([...jobStates]), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry' as const), ids: fc.array(ids, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), ids: fc.array(ids, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), names: pausable }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resume' as const), names: pausable }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      limit: fc.integer({ min: 1, max: 3 }),
      dead: fc.array(workers, { maxLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('prune' as const),
      ageMs: fc.constantFrom(null, 0, 10, 1_000),
      most: fc.constantFrom(1, 3, 1_000),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('maintain' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), tokens: fc.array(tokens, { maxLength: 2 }) }),
  },
  { weight: 8, arbitrary: scheduleOperations },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('register' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('beat' as const), worker: workers }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deregister' as const), worker: workers }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 10, 1_000, 29_999, 61_000, 600_000),
    }),
  },
)
export type Operation = typeof operations extends fc.Arbitrary<infer T> ? T : never

/** Does one operation; what it answered. `leases` are those of the latest claims, the newest first. */
export async function run(subject: Subject, leases: Lease[], operation: Operation): Promise<unknown> {
  const { store, clock, outcome } = subject
  switch (operation.kind) {
    case 'enqueue': {
      const now = clock.now()
      const made = operation.jobs.map(({ inMs, expiresInMs, token, ...job }) => {
        // One that has expired as it comes must be failed between jobs of one call, if another has its key. A store on a server
        // makes two calls of that, and the notification comes in between.
        const expiresMs = expiresInMs === 0 && job.key !== null ? 1 : expiresInMs
        const times = { dueAt: now + inMs, expiresAt: expiresMs === null ? null : now + expiresMs }
        if (token === undefined) return newJob({ ...job, ...times })
        return newJob({ ...job, ...times, token: { value: token.value, validUntil: now + token.validForMs } })
      })
      return store.enqueue(made).catch((thrown: unknown) => thrown)
    }
    case 'claim': {
      const claims = await store.claim({
        ...operation,
        queues: operation.queues === null ? null : evenly(operation.queues),
      })
      leases.unshift(...claims.map(({ lease }) => lease))
      return claims.map(({ lease }) => lease)
    }
    case 'settle': {
      const lease = leases[operation.lease]
      if (lease === undefined) return null
      const outcomes = {
        completed: outcome.completed(),
        failed: outcome.failed(),
        retry: outcome.retry(0),
        retryLater: outcome.retry(500, { counts: 'postponement' }),
        cancelled: outcome.cancelled(),
        released: outcome.released(true),
        unstarted: outcome.released(false),
        loss: outcome.retry(0, { reason: 'lost', counts: 'loss alone', endedBy: 'exit' }),
      }
      return store.settle([{ lease, outcome: outcomes[operation.end] }])
    }
    case 'cancel':
      return store.cancel(operation.ids, operation.states)
    case 'retry':
      return store.retry(operation.ids)
    case 'remove':
      return store.remove(operation.ids)
    case 'pause':
      return store.pauseQueues(operation.names)
    case 'resume':
      return store.resumeQueues(operation.names)
    case 'sweep':
      return store.sweep(operation)
    case 'prune': {
      const { ageMs, most, limit } = operation
      const retention = { completedMs: ageMs, failedMs: ageMs, most, statisticsMs: ageMs, slotsMs: ageMs }
      return [await store.prunable(retention, 100), await store.prune(retention, limit)]
    }
    case 'maintain':
      return store.maintain()
    case 'forget':
      return store.forgetTokens(operation.tokens)
    case 'register':
      return subject.register()
    case 'beat':
      return store.beat(operation.worker, { processes: [{ pid: 5, startTicks: null, rssBytes: 6 }], rssBytes: 7 })
    case 'deregister':
      return store.deregister(operation.worker)
    case 'advance':
      return subject.advance(operation.ms)
    case 'schedules':
      return runSchedules(subject, operation.act)
  }
}

const filters: readonly JobFilter[] = [
  { schedule: 'daily' },
  { schedule: 'daily', states: ['queued', 'completed'] },
  { schedule: 'daily', endedAfter: 1_000 },
  { endedAfter: 1_000 },
  { error: 'Error' },
  { error: 'Error', task: 'noop', reason: 'error' },
]

/** All that can be read. */
export async function everything({ store, clock }: Subject) {
  const { items } = await store.jobs({}, { limit: 1_000, after: null })
  const attempts = await Promise.all(items.map(({ id }) => store.attempts(id)))
  const requests = await Promise.all(['w1', 'w2', 'w3'].map((worker) => store.cancelRequests(worker)))
  const ahead = await Promise.all(items.map(({ id }) => store.jobsAhead(id, 5)))
  const sums = await Promise.all([store.statistics(null), store.statistics(0), store.statisticsByMinute(0)])
  const rest = [
    store.queues(),
    store.workers(),
    store.running(100),
    store.unfinished(null),
    store.unfinished(['a']),
    store.queuedByTask(null),
  ]
  const paused = await store.pausedQueues()
  const failures = await Promise.all([store.failures(0, 100), store.failures(clock.now() - 60_000, 2)])
  const samples = await store.queueSamples(0)
  const ids = async (filter: JobFilter) =>
    (await store.jobs(filter, { limit: 5, after: null })).items.map(({ id }) => id)
  const found = await Promise.all(filters.map(ids))
  return {
    items,
    attempts,
    requests,
    sums,
    ahead,
    paused,
    failures,
    samples,
    found,
    rest: await Promise.all(rest),
    ...(await schedulesHeld(store)),
  }
}
