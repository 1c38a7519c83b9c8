import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { Claim } from '../../../src/stores/store.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

const outcome = outcomesAt(systemClock)
const vitals = { processes: [], rssBytes: null }
let plain: PlainBullmq
let worker: string
beforeEach(async () => {
  plain = await PlainBullmq.open()
  worker = await plain.register()
  await plain.store.enqueue([newJob()])
})
afterEach(() => plain.close())

async function claimOne(of = worker): Promise<Claim> {
  const [claim] = await plain.claim(of)
  if (claim === undefined) throw new Error('none')
  return claim
}

const completed = ({ lease }: Claim) => plain.store.settle([{ lease, outcome: outcome.completed() }])
const runs = (of = worker) => plain.server.cli('ZRANGE', `${plain.prefix}::run:${of}`, '0', '-1')
const beat = () => plain.store.beat(worker, vitals)

/** BullMQ's own check takes what has no lock: the second of two looks. */
async function stall(): Promise<void> {
  const checker = plain.worker(async () => 1, { autorun: false })
  await checker.waitUntilReady()
  for (let look = 0; look < 2; look++) {
    plain.server.cli('DEL', plain.key('stalled-check'), plain.key('j1:lock'))
    await (checker as unknown as { moveStalledJobsToWait(): Promise<void> }).moveStalledJobsToWait()
  }
}

describe("A job of ours that BullMQ's stalled check has taken", () => {
  test('waits again; its late end is lost, and the loss is written down.', async () => {
    const claim = await claimOne()
    await stall()
    expect(await plain.store.job('j1')).toMatchObject({ state: 'queued' })
    expect(await completed(claim)).toEqual(['lost'])
    expect(runs()).toBe('')
    expect(await plain.store.job('j1')).toMatchObject({ state: 'queued', losses: 1, failures: 0 })
    expect(await plain.store.attempts('j1')).toMatchObject([
      { attempt: 1, state: 'failed', reason: 'lost', worker, endedBy: 'lost' },
    ])
    expect(await completed(await claimOne())).toEqual(['settled'])
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed', attempt: 2, losses: 1 })
  })

  test('is dropped by the next beat, if it never ends.', async () => {
    await claimOne()
    await stall()
    expect(await beat()).toBe(true)
    expect(runs()).toBe('')
    expect(await plain.store.job('j1')).toMatchObject({ state: 'queued', losses: 1 })
    expect(await beat()).toBe(true)
    expect(await plain.store.job('j1')).toMatchObject({ losses: 1 })
  })

  test('ends once, whoever ends it first.', async () => {
    const claim = await claimOne()
    await stall()
    const other = plain.worker(null)
    const taken = await other.getNextJob('t')
    expect(await completed(claim)).toEqual(['lost'])
    await taken?.moveToCompleted('theirs', 't', false)
    expect(await completed(claim)).toEqual(['lost'])
    expect(await beat()).toBe(true)
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed', resultJson: '"theirs"', losses: 1 })
    expect(runs()).toBe('')
  })

  test('may be taken by another worker of ours, or by the same.', async () => {
    const first = await claimOne()
    await stall()
    const other = await plain.register()
    const second = await claimOne(other)
    expect(second.lease.attempt).toBe(2)
    expect(await beat()).toBe(true)
    expect(runs()).toBe('')
    expect(await completed(first)).toEqual(['lost'])
    await stall()
    const third = await claimOne(other)
    expect(await completed(second)).toEqual(['lost'])
    expect(runs(other)).toBe('default:j1')
    expect(await completed(third)).toEqual(['settled'])
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed', attempt: 3, losses: 2 })
    expect((await plain.store.attempts('j1')).map(({ reason }) => reason)).toEqual(['lost', 'lost', null])
  })

  test('is lost with its worker, too.', async () => {
    await claimOne()
    await stall()
    await plain.store.sweep({ limit: 10, dead: [worker] })
    expect(await plain.store.job('j1')).toMatchObject({ state: 'queued', losses: 1 })
    expect(await plain.store.workers()).toEqual([])
  })
})

describe('A lock that is gone', () => {
  test('is made anew by the next beat while the job still runs.', async () => {
    const claim = await claimOne()
    plain.server.cli('DEL', plain.key('j1:lock'))
    expect(await beat()).toBe(true)
    expect(plain.server.cli('GET', plain.key('j1:lock'))).toBe(worker)
    expect(await completed(claim)).toEqual(['settled'])
  })

  test('is in the way of no end.', async () => {
    const claim = await claimOne()
    plain.server.cli('DEL', plain.key('j1:lock'))
    expect(await completed(claim)).toEqual(['settled'])
  })
})

describe('A job that somebody removed while it runs with us', () => {
  test.each([
    ['by its keys', async () => plain.server.cli('DEL', plain.key('j1'), plain.key('j1:lock'))],
    ['with its queue', async () => plain.queue().obliterate({ force: true })],
  ])('%s: its end is lost, and nothing is left of it.', async (_, remove) => {
    const claim = await claimOne()
    await remove()
    expect(await beat()).toBe(true)
    expect(await completed(claim)).toEqual(['lost'])
    expect(runs()).toBe('')
    await plain.store.maintain()
    expect(await plain.store.job('j1')).toBe(null)
    expect(plain.server.cli('EXISTS', plain.key('j1'))).toBe('0')
    await plain.store.enqueue([newJob()])
    expect((await claimOne()).job.id).toBe('j2')
  })

  test('is no end of its worker.', async () => {
    await claimOne()
    plain.server.cli('DEL', plain.key('j1'), plain.key('j1:lock'))
    await plain.store.sweep({ limit: 10, dead: [worker] })
    expect(await plain.store.workers()).toEqual([])
    expect(runs()).toBe('')
  })
})
