import type { Job as BullmqJob } from 'bullmq'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

const outcome = outcomesAt(systemClock)
let plain: PlainBullmq
let worker: string
beforeEach(async () => {
  plain = await PlainBullmq.open()
  worker = await plain.register()
})
afterEach(() => plain.close())

const later = () => Date.now() + 60_000
const tasks = async () => (await plain.claim(worker)).map(({ job }) => job.task)
const stateOf = async (id: string) => (await plain.store.job(id))?.state ?? null
async function found(id: string): Promise<BullmqJob> {
  const job = await plain.queue().getJob(id)
  if (job === undefined) throw new Error('none')
  return job
}

/** One of ours in every state: j1 completed, j2 failed, j3 cancelled, j4 running, j5 queued, j6 scheduled. */
async function oneOfEach(): Promise<void> {
  const { store } = plain
  await store.enqueue(Array.from({ length: 4 }, () => newJob()))
  const claims = await plain.claim(worker, 2)
  await store.settle(
    claims.map(({ lease }, index) => ({ lease, outcome: index === 0 ? outcome.completed() : outcome.failed() })),
  )
  await store.cancel(['j3'])
  await plain.claim(worker)
  await store.enqueue([newJob({ priority: 5 }), newJob({ dueAt: later() })])
}

describe('What dashboards read', () => {
  test('is true of jobs of ours in every state.', async () => {
    await oneOfEach()
    const queue = plain.queue()
    expect(await queue.getJobCounts()).toMatchObject({
      active: 1,
      completed: 1,
      delayed: 1,
      failed: 2,
      prioritized: 1,
      waiting: 0,
    })
    const states = ['completed', 'failed', 'failed', 'active', 'prioritized', 'delayed']
    for (const [index, state] of states.entries()) expect(await queue.getJobState(`j${index + 1}`)).toBe(state)
    const completed = await found('j1')
    expect(completed).toMatchObject({
      name: 'hello',
      data: ['world'],
      returnvalue: 42,
      attemptsMade: 1,
      processedBy: worker,
    })
    expect((await found('j2')).failedReason).toBe('boom')
    expect((await found('j3')).failedReason).toBe('cancelled')
    expect(await found('j5')).toMatchObject({ priority: 96, opts: { attempts: 4 } })
    const jobs = await queue.getJobs(['completed', 'failed', 'active', 'prioritized', 'delayed'])
    expect(jobs.map(({ id }) => id).sort()).toEqual(['j1', 'j2', 'j3', 'j4', 'j5', 'j6'])
    expect(await queue.getCountsPerPriority([96])).toEqual({ 96: 1 })
  })

  test('has the output as logs, and the progress.', async () => {
    await plain.store.enqueue([newJob()])
    const [claim] = await plain.claim(worker)
    if (claim === undefined) throw new Error('none')
    const line = { line: 1, at: 1, stream: 'stdout', text: 'hi' } as const
    const progress = { fraction: 0.5, message: 'half' }
    await plain.store.append([{ lease: claim.lease, progress, output: [line], forget: null, usage: null }])
    expect((await plain.queue().getJobLogs('j1')).logs).toEqual(['[1,1,1,"stdout","hi"]'])
    expect((await found('j1')).progress).toEqual(progress)
  })
})

describe('What somebody does with the means of BullMQ', () => {
  test('job.retry() of a failed or a cancelled job: it is queued, and runs.', async () => {
    await oneOfEach()
    for (const id of ['j2', 'j3']) await (await found(id)).retry('failed')
    expect(await Promise.all(['j2', 'j3'].map(stateOf))).toEqual(['queued', 'queued'])
    const claims = await plain.claim(worker)
    expect(claims.map(({ job }) => job.id).sort()).toEqual(['j2', 'j3', 'j5'])
    const ends = claims.map(({ lease }) => ({ lease, outcome: outcome.failed() }))
    expect(await plain.store.settle(ends)).toEqual(['settled', 'settled', 'settled'])
    expect(await Promise.all(['j2', 'j3'].map(stateOf))).toEqual(['failed', 'failed'])
  })

  test('job.retry() of a completed job: it is queued, and runs.', async () => {
    await oneOfEach()
    await (await found('j1')).retry('completed')
    expect(await plain.store.job('j1')).toMatchObject({ state: 'queued', resultJson: null, endedAt: null })
    expect((await plain.claim(worker)).map(({ job }) => job.id)).toContain('j1')
  })

  test('job.remove(): it is gone from all that we show, and its key is free.', async () => {
    const key = { name: 'k', forMs: 0, policy: 'skip' } as const
    await plain.store.enqueue([newJob({ key, expiresAt: later() }), newJob()])
    await (await found('j1')).remove()
    expect(await plain.store.job('j1')).toBe(null)
    expect((await plain.store.jobs({}, { limit: 9, after: null })).items.map(({ id }) => id)).toEqual(['j2'])
    expect(await plain.store.cancel(['j1'])).toEqual(['unknown'])
    expect(await plain.store.enqueue([newJob({ key })])).toEqual([{ id: 'j3', answer: 'created' }])
    await plain.store.maintain()
    expect(await plain.store.queues()).toMatchObject([{ counts: { queued: 2 } }])
    expect((await plain.claim(worker)).map(({ job }) => job.id)).toEqual(['j2', 'j3'])
  })

  test('queue.pause() and queue.resume(): our workers take nothing in between.', async () => {
    await plain.store.enqueue([newJob()])
    const queue = plain.queue()
    await queue.pause()
    expect(await plain.store.queues()).toMatchObject([{ name: 'default', paused: true, counts: { queued: 1 } }])
    expect((await plain.store.pausedQueues()).map(({ name }) => name)).toEqual(['default'])
    expect(await tasks()).toEqual([])
    expect(await plain.store.enqueue([newJob({ task: 'second' })])).toMatchObject([{ answer: 'created' }])
    await queue.resume()
    expect(await plain.store.pausedQueues()).toEqual([])
    expect(await tasks()).toEqual(['hello', 'second'])
  })

  test('and ours pauses their workers.', async () => {
    await plain.store.enqueue([newJob()])
    await plain.store.pauseQueues(['default'])
    expect(await plain.queue().isPaused()).toBe(true)
    const other = plain.worker(null)
    expect(await other.getNextJob('t', { block: false })).toBe(undefined)
    await plain.store.resumeQueues(['default'])
    expect((await other.getNextJob('t', { block: false }))?.id).toBe('j1')
  })

  test('queue.drain(), queue.clean() and queue.obliterate(): what is left runs, and new jobs do.', async () => {
    await oneOfEach()
    const queue = plain.queue()
    await queue.drain()
    expect(await Promise.all(['j4', 'j5', 'j6'].map(stateOf))).toEqual(['running', null, 'scheduled'])
    await queue.clean(0, 100, 'completed')
    await queue.clean(0, 100, 'failed')
    expect(await Promise.all(['j1', 'j2', 'j3'].map(stateOf))).toEqual([null, null, null])
    for (let count = 0; count < 3; count++) await plain.store.maintain()
    expect(await plain.store.queues()).toMatchObject([
      { counts: { completed: 0, failed: 0, cancelled: 0, queued: 0, running: 1, scheduled: 1 } },
    ])
    await queue.obliterate({ force: true })
    expect((await plain.store.jobs({}, { limit: 9, after: null })).items).toEqual([])
    await plain.store.enqueue([newJob({ task: 'new' })])
    expect(await tasks()).toEqual(['new'])
  })

  test('job.promote(): it is queued, and the next sweep does nothing more.', async () => {
    await plain.store.enqueue([newJob({ dueAt: later() })])
    await (await found('j1')).promote()
    expect(await stateOf('j1')).toBe('queued')
    expect((await plain.store.sweep({ limit: 9, dead: [] })).promoted).toBe(0)
    expect(await tasks()).toEqual(['hello'])
  })

  test('job.changeDelay(): it is due then.', async () => {
    await plain.store.enqueue([newJob({ dueAt: later() })])
    const before = (await plain.store.job('j1'))?.dueAt ?? 0
    await (await found('j1')).changeDelay(600_000)
    const after = (await plain.store.job('j1'))?.dueAt ?? 0
    expect(after).toBeGreaterThan(before + 500_000)
    expect((await plain.store.sweep({ limit: 9, dead: [] })).nextDueAt).toBe(after)
  })

  test('job.changePriority(): it is given out by it.', async () => {
    await plain.store.enqueue([newJob({ task: 'a' }), newJob({ task: 'b' }), newJob({ task: 'c' })])
    await (await found('j3')).changePriority({ priority: 3 })
    await (await found('j2')).changePriority({ priority: 0 })
    expect(await plain.store.job('j3')).toMatchObject({ priority: 98, state: 'queued' })
    expect(await plain.store.job('j2')).toMatchObject({ priority: 100, state: 'queued' })
    expect(await plain.store.jobsAhead('j1', 10)).toBe(2)
    expect(await tasks()).toEqual(['b', 'c', 'a'])
  })

  test('job.updateData(): it runs with that.', async () => {
    await plain.store.enqueue([newJob()])
    await (await found('j1')).updateData({ changed: true })
    expect((await plain.claim(worker))[0]?.job.argsJson).toBe('[{"changed":true}]')
  })

  test('job.moveToFailed() and the like of a running job of ours are refused by its lock.', async () => {
    await plain.store.enqueue([newJob()])
    const [claim] = await plain.claim(worker)
    await expect((await found('j1')).moveToCompleted(1, 'other', false)).rejects.toThrow()
    await expect((await found('j1')).remove()).rejects.toThrow('locked')
    expect(await plain.store.settle([{ lease: claim?.lease as never, outcome: outcome.completed() }])).toEqual([
      'settled',
    ])
  })

  test('queue.removeOrphanedJobs() takes what a foreground run has not begun, and nothing is stuck.', async () => {
    await plain.store.enqueue([newJob({ reservedFor: worker }), newJob()])
    expect(await plain.queue().removeOrphanedJobs()).toBe(1)
    await plain.store.enqueue([newJob({ reservedFor: worker, task: 'second' })])
    expect(await tasks()).toEqual(['second', 'hello'])
  })

  test('jobs whose hash is gone are passed over in every line.', async () => {
    await plain.store.enqueue(Array.from({ length: 3 }, () => newJob()))
    await plain.queue().add('a', {}, { jobId: 'x' })
    plain.server.cli('DEL', plain.key('j1'), plain.key('x'))
    expect(await plain.claim(worker, 1)).toHaveLength(1)
    expect(await plain.queue().getJobCounts('wait', 'prioritized')).toEqual({ wait: 0, prioritized: 1 })
  })
})
