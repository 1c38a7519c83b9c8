import { expect } from 'vitest'
import type { NotificationPolicy } from '../../src/domain/notification.js'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

/** Tells of each failure but those of its own jobs, in a job that says what it was asked with. */
const tellOfAll: NotificationPolicy = ({ job, attempts, notify }) => {
  if (job.task === 'tell') return null
  const seen = { id: job.id, state: job.state, reason: job.reason, attempts: attempts.length, notify }
  return newJob({ task: 'tell', argsJson: JSON.stringify([seen]), reservedFor: job.reservedFor })
}

/** What the stored notifications say, the oldest first. */
async function told({ store }: Subject) {
  const { items } = await store.jobs({ task: 'tell' }, { limit: 100, after: null })
  return items.map(({ argsJson, state }) => ({ ...JSON.parse(argsJson)[0], now: state })).reverse()
}

contract(
  'notifications',
  (test) => {
    test('A job that fails for good stores one notification; a retry, a completion and a cancel store none.', async (subject) => {
      const { outcome } = subject
      const worker = await subject.register()
      for (let count = 0; count < 4; count++) await subject.add()
      const [failed, retried, completed, cancelled] = await subject.claim(worker)
      if (!failed || !retried || !completed || !cancelled) throw new Error('nothing to claim')
      await subject.settle(failed, outcome.failed())
      await subject.settle(retried, outcome.retry(subject.clock.now() + 1_000))
      await subject.settle(completed, outcome.completed())
      await subject.settle(cancelled, outcome.cancelled())
      expect(await told(subject)).toEqual([
        { id: failed.job.id, state: 'failed', reason: 'error', attempts: 1, notify: null, now: 'queued' },
      ])
    })

    test('A retry or a removal by hand right behind the failure does not take its notification away.', async (subject) => {
      const { store, outcome } = subject
      const worker = await subject.register()
      await subject.add()
      await subject.add()
      const [retried, removed] = await subject.claim(worker)
      if (!retried || !removed) throw new Error('nothing to claim')
      // Asked for in one turn: SQLite writes them in one transaction.
      await Promise.all([
        store.settle([retried, removed].map(({ lease }) => ({ lease, outcome: outcome.failed() }))),
        store.retry([retried.job.id]),
        store.remove([removed.job.id]),
      ])
      expect((await subject.job(retried.job.id))?.state).toBe('queued')
      expect(await told(subject)).toMatchObject([
        { id: retried.job.id, state: 'failed' },
        { id: removed.job.id, state: 'failed' },
      ])
    })

    test('Several that fail in one call store one each; a refused end stores none.', async (subject) => {
      const worker = await subject.register()
      for (let count = 0; count < 3; count++) await subject.add()
      const claims = await subject.claim(worker)
      const ends = claims.map(({ lease }) => ({ lease, outcome: subject.outcome.failed() }))
      await subject.store.settle(ends)
      await subject.store.settle(ends)
      expect((await told(subject)).map(({ id }) => id)).toEqual(claims.map(({ job }) => job.id))
    })

    test('A notification that fails stores none, if the policy says so.', async (subject) => {
      const first = await subject.start()
      await subject.settle(first, subject.outcome.failed())
      const notification = await subject.claimOne(first.worker)
      expect(notification.job.task).toBe('tell')
      await subject.settle(notification, subject.outcome.failed())
      expect(await told(subject)).toMatchObject([{ now: 'failed' }])
    })

    test('Jobs that expire store one, whoever finds them: a sweep, or an enqueue with their key.', async (subject) => {
      const key = { name: 'k', policy: 'skip', forMs: 0 } as const
      const swept = await subject.add({ expiresAt: subject.clock.now() + 10 })
      const found = await subject.add({ expiresAt: subject.clock.now() + 10, key })
      await subject.advance(20)
      await subject.add({ key })
      await subject.sweep()
      expect((await told(subject)).map(({ id, reason }) => [id, reason]).sort()).toEqual([
        [swept, 'expired'],
        [found, 'expired'],
      ])
    })

    test('Jobs that end with their dead worker store one each, which any worker may take.', async (subject) => {
      const worker = await subject.register()
      const lost = { reservedFor: worker, lostWithWorker: true }
      const [running, waiting] = [await subject.add(lost), await subject.add(lost)]
      await subject.claim(worker, 1)
      await subject.sweep([worker])
      expect((await told(subject)).map(({ id, reason, now }) => [id, reason, now]).sort()).toEqual([
        [running, 'lost', 'queued'],
        [waiting, 'lost', 'queued'],
      ])
      await subject.sweep()
      expect(await subject.claim(await subject.register())).toHaveLength(2)
    })

    test('The target of its schedule is passed on.', async (subject) => {
      const { store } = subject
      await store.putSchedules([newSchedule('s', { notify: 'pager' })])
      const [schedule] = await store.schedules(['s'])
      if (schedule === undefined) throw new Error('no schedule s')
      await store.claimSlots(claimOf(schedule, [dueSlot(schedule.decidedUntil + 1)], { job: newJob() }))
      const claim = await subject.claimOne(await subject.register())
      await subject.settle(claim, subject.outcome.failed())
      expect(await told(subject)).toMatchObject([{ notify: 'pager' }])
    })
  },
  tellOfAll,
)
