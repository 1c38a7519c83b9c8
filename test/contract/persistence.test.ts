import { expect } from 'vitest'
import { StoreUnavailableError } from '../../src/domain/errors.js'
import type { Store } from '../../src/stores/store.js'
import { newJob, newWorker } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { noVitals } from '../support/vitals.js'
import { contract } from './harness.js'

contract('persistence', (test) => {
  test('What was acknowledged is there when the store is opened again.', async (subject) => {
    const backoff = { initialDelayMs: 1, maxDelayMs: 2, exponentialBackoff: false, factor: 3, jitter: true }
    const id = await subject.add({ backoff, key: { name: 'k', policy: 'skip', forMs: 0 } })
    const claim = await subject.claimOne(await subject.register({ queues: ['default'] }))
    await subject.settle(claim, subject.outcome.retry(5_000))
    const before = [await subject.job(id), await subject.store.attempts(id), await subject.store.workers()]
    const store = await subject.reopen()
    expect([await store.job(id), await store.attempts(id), await store.workers()]).toEqual(before)
  })

  test('It is the same store when it is opened again.', async (subject) => {
    const before = await subject.store.identity()
    const store = await subject.reopen()
    expect(await store.identity()).toBe(before)
  })

  test('Ids go on where they stopped when the store is opened again.', async (subject) => {
    const ids = [await subject.add(), await subject.add()]
    await subject.register()
    const store = await subject.reopen()
    const [next] = await store.enqueue([newJob()])
    expect([...ids, next?.id]).toEqual(['j1', 'j2', 'j3'])
    expect(await store.register(newWorker(subject.clock))).toBe('w2')
  })

  test('Closing stores what was asked for before.', async ({ store }) => {
    const asked = store.enqueue([newJob()])
    await store.close()
    expect(await asked).toEqual([{ id: 'j1', answer: 'created' }])
  })

  test('Closing twice is fine.', async ({ store }) => {
    await store.close()
    await store.close()
  })

  test('Every call on a closed store is refused with E_STORE_CLOSED.', async ({ store, clock }) => {
    await store.close()
    const calls: Record<
      Exclude<keyof Store, 'close' | 'changes' | 'claimsAtMost' | 'interruptions'>,
      () => Promise<unknown>
    > = {
      enqueue: () => store.enqueue([newJob()]),
      forgetTokens: () => store.forgetTokens([]),
      setTasks: () => store.setTasks('w1', ['a']),
      claim: () => store.claim({ worker: 'w1', queues: null, limit: 1 }),
      settle: () => store.settle([]),
      append: () => store.append([]),
      followClock: () => store.followClock(),
      cancelRequests: () => store.cancelRequests('w1'),
      sweep: () => store.sweep({ limit: 1, dead: [] }),
      register: () => store.register(newWorker(clock)),
      beat: () => store.beat('w1', noVitals),
      deregister: () => store.deregister('w1'),
      prune: () => store.prune(retentionOf(), 1),
      prunable: () => store.prunable(retentionOf(), 1),
      maintain: () => store.maintain(),
      cancel: () => store.cancel(['j1']),
      retry: () => store.retry(['j1']),
      remove: () => store.remove(['j1']),
      pauseQueues: () => store.pauseQueues(['q']),
      resumeQueues: () => store.resumeQueues(['q']),
      putSchedules: () => store.putSchedules([]),
      dropSchedules: () => store.dropSchedules(['s']),
      pauseSchedules: () => store.pauseSchedules(['s']),
      resumeSchedules: () => store.resumeSchedules(['s']),
      schedules: () => store.schedules(),
      schedulesVersion: () => store.schedulesVersion(),
      claimSlots: () => store.claimSlots({ name: 's', revision: 1, decidedUntil: 0, slots: [], job: null }),
      waitingSchedules: () => store.waitingSchedules(),
      fireWaiting: () => store.fireWaiting({ name: 's', job: newJob() }),
      triggerSchedule: () => store.triggerSchedule({ name: 's', job: newJob() }),
      slots: () => store.slots('s', { limit: 1, before: null }),
      skipWaiting: () => store.skipWaiting({ name: 's', reason: '' }),
      queuedByTask: () => store.queuedByTask(null),
      schedulerSeenAt: () => store.schedulerSeenAt(),
      noteScheduler: () => store.noteScheduler(),
      identity: () => store.identity(),
      job: () => store.job('j1'),
      jobs: () => store.jobs({}, { limit: 1, after: null }),
      attempts: () => store.attempts('j1'),
      output: () => store.output('j1', 1, { after: 0, limit: 1 }),
      progress: () => store.progress([]),
      queues: () => store.queues(),
      pausedQueues: () => store.pausedQueues(),
      workers: () => store.workers(),
      jobsAhead: () => store.jobsAhead('j1', 1),
      holdOf: () => store.holdOf('j1'),
      unfinished: () => store.unfinished(null),
      statistics: () => store.statistics(null),
      statisticsByMinute: () => store.statisticsByMinute(0),
      failures: () => store.failures(0, 1),
      queueSamples: () => store.queueSamples(0),
      running: () => store.running(1),
    }
    for (const [name, call] of Object.entries(calls)) {
      const refused = expect(call(), name).rejects
      await refused.toBeInstanceOf(StoreUnavailableError)
      await expect(call(), name).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
    }
  })
})
