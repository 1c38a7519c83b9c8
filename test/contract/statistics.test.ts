import { expect } from 'vitest'
import { notificationKey, notifyTask } from '../../src/domain/notification.js'
import { shellTask } from '../../src/domain/shell-task.js'
import { durationBucket, minuteOf } from '../../src/domain/statistics.js'
import { newJob } from '../support/job.js'
import { newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

const noFailures = { error: 0, timeout: 0, lost: 0, expired: 0 }
const none = { completed: 0, failed: 0, failedBy: noFailures, retried: 0, durationMs: 0, durations: [] }

/** The sums, with only what is not zero. */
async function sums(subject: Subject, since: number | null = null) {
  return (await subject.store.statistics(since)).map((sum) => ({ ...sum }))
}

contract('statistics', (test) => {
  test('A job that ended is completed or failed, with the duration of its last attempt; an attempt that is tried again is retried.', async (subject) => {
    const { outcome } = subject
    const first = await subject.start({ task: 'a', queue: 'x' })
    await subject.advance(40)
    await subject.settle(first, outcome.retry(0))
    const again = await subject.claimOne(first.worker)
    await subject.advance(700)
    await subject.settle(again, {
      ...outcome.completed(),
      startedAt: subject.clock.now() - 700,
      endedAt: subject.clock.now(),
    })
    const second = await subject.start({ task: 'a', queue: 'x' })
    await subject.settle(second, { ...outcome.failed(), startedAt: 10, endedAt: 13 })
    const other = await subject.start({ task: 'b' })
    await subject.settle(other, { ...outcome.completed(), startedAt: 10, endedAt: 10 })
    expect(await sums(subject)).toEqual([
      { task: 'b', queue: 'default', ...none, completed: 1, durations: [{ bucket: 0, count: 1 }] },
      {
        task: 'a',
        queue: 'x',
        completed: 1,
        failed: 1,
        failedBy: { ...noFailures, error: 1 },
        retried: 1,
        durationMs: 703,
        durations: [3, 700].map((durationMs) => ({ bucket: durationBucket(durationMs), count: 1 })),
      },
    ])
  })

  test('A command of a schedule is counted under the name of the schedule, other jobs under their task.', async (subject) => {
    const { store, clock, outcome } = subject
    await subject.settle(await subject.start({ task: shellTask }), outcome.completed())
    await store.putSchedules([newSchedule('backup', { overlap: 'allow' })])
    const command = { task: shellTask, expiresAt: clock.now() + 1_000 }
    for (let count = 0; count < 3; count++) {
      await store.triggerSchedule({ name: 'backup', job: newJob(command) })
    }
    const worker = await subject.register()
    const [first, second] = await subject.claim(worker, 2)
    if (first === undefined || second === undefined) throw new Error('nothing to claim')
    await subject.settle(first, outcome.completed())
    await subject.settle(second, outcome.retry(0))
    await subject.settle(await subject.claimOne(worker), outcome.failed())
    await subject.advance(2_000)
    await subject.sweep()
    await store.triggerSchedule({ name: 'backup', job: newJob() })
    await subject.settle(await subject.claimOne(worker), outcome.completed())
    const counted = (await sums(subject)).map(({ task, completed, failed, retried }) => [
      task,
      completed,
      failed,
      retried,
    ])
    expect(counted.sort()).toEqual([
      ['backup', 1, 2, 1],
      ['hello', 1, 0, 0],
      ['shell', 1, 0, 0],
    ])
  })

  test('Notifications are counted under one name, whatever task delivers them, and however they end.', async (subject) => {
    const { outcome } = subject
    const notification = (task: string, number: number) =>
      subject.add({ task, key: { name: notificationKey(`j${number}`, 1), policy: 'skip', forMs: 0 } })
    await notification('alerts.tell', 1)
    await notification(notifyTask, 2)
    await notification('alerts.tell', 3)
    await notification('alerts.tell', 4)
    await subject.add({ task: 'alerts.tell' })
    const worker = await subject.register()
    const [told, sent, retried, failed, plain] = await subject.claim(worker)
    if (!told || !sent || !retried || !failed || !plain) throw new Error('nothing to claim')
    await subject.store.settle([told, sent, plain].map(({ lease }) => ({ lease, outcome: outcome.completed() })))
    await subject.settle(retried, outcome.retry(0))
    await subject.settle(failed, outcome.failed())
    await subject.claimOne(worker)
    await subject.sweep([worker])
    const counted = (await sums(subject)).map(({ task, completed, failed, retried }) => ({
      task,
      completed,
      failed,
      retried,
    }))
    expect(counted).toEqual([
      { task: 'alerts.tell', completed: 1, failed: 0, retried: 0 },
      { task: notifyTask, completed: 2, failed: 1, retried: 2 },
    ])
  })

  test('What is cancelled, given back or refused counts nothing.', async (subject) => {
    const cancelled = await subject.start()
    await subject.settle(cancelled, subject.outcome.cancelled())
    const released = await subject.start()
    await subject.settle(released, subject.outcome.released(true))
    await subject.settle(released, subject.outcome.completed())
    expect(await sums(subject)).toEqual([])
  })

  test('A job that expired has failed without a duration; one that was lost counts as retried.', async (subject) => {
    await subject.add({ expiresAt: subject.clock.now() + 10 })
    await subject.advance(20)
    const lost = await subject.start({ task: 'lost' })
    await subject.sweep([lost.worker])
    expect(await sums(subject)).toEqual([
      { task: 'hello', queue: 'default', ...none, failed: 1, failedBy: { ...noFailures, expired: 1 } },
      { task: 'lost', queue: 'default', ...none, retried: 1 },
    ])
  })

  test('The sums of a window begin with the minute that its start is in.', async (subject) => {
    const end = async () => {
      const claim = await subject.start()
      const now = subject.clock.now()
      await subject.settle(claim, { ...subject.outcome.completed(), startedAt: now, endedAt: now })
    }
    await end()
    await subject.advance(10 * 60_000)
    await end()
    await end()
    const completed = async (since: number | null) => (await sums(subject, since))[0]?.completed ?? 0
    expect(await completed(null)).toBe(3)
    expect(await completed(subject.clock.now())).toBe(2)
    expect(await completed(subject.clock.now() - 5 * 60_000)).toBe(2)
    expect(await completed(subject.clock.now() - 10 * 60_000)).toBe(3)
    expect(await completed(subject.clock.now() + 60_000)).toBe(0)
  })

  test('The ends of each minute are counted by task, on all queues, and minutes without ends are left out.', async (subject) => {
    const end = async (task: string, queue: string, kind: 'completed' | 'failed') => {
      const claim = await subject.start({ task, queue })
      const now = subject.clock.now()
      await subject.settle(claim, { ...subject.outcome[kind](), startedAt: now - 40, endedAt: now })
    }
    const first = minuteOf(subject.clock.now())
    await end('b', 'x', 'completed')
    await subject.advance(2 * 60_000)
    await end('b', 'x', 'completed')
    await end('b', 'y', 'failed')
    await end('a', 'x', 'completed')
    await subject.add({ task: 'b', expiresAt: subject.clock.now() + 10 })
    await subject.advance(20)
    await subject.sweep([])
    const counts = { completed: 0, failed: 0, retried: 0, durationMs: 40, ran: 1 }
    const later = [
      { minute: first + 2, task: 'a', ...counts, completed: 1 },
      // One of b expired: it failed, and never ran.
      { minute: first + 2, task: 'b', ...counts, completed: 1, failed: 2, durationMs: 80, ran: 2 },
    ]
    const all = await subject.store.statisticsByMinute(0)
    expect(all).toEqual([{ minute: first, task: 'b', ...counts, completed: 1 }, ...later])
    expect(await subject.store.statisticsByMinute(subject.clock.now() - 60_000)).toEqual(later)
  })
})
