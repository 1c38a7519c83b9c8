import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

const outcome = outcomesAt(systemClock)
let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

const active = () => Number(plain.server.cli('LLEN', plain.key('active')))

describe('Children that others put below a job', () => {
  test('while it runs do not keep it from ending.', async () => {
    await plain.store.enqueue([newJob()])
    const worker = await plain.register()
    const [claim] = await plain.claim(worker)
    if (claim === undefined) throw new Error('none')
    await plain.queue('other').add('child', {}, { parent: { id: 'j1', queue: `${plain.prefix}:default` } })
    expect(await plain.store.settle([{ lease: claim.lease, outcome: outcome.completed() }])).toEqual(['settled'])
    expect(await plain.store.job('j1')).toMatchObject({ state: 'completed' })
    expect(active()).toBe(0)
  })

  test('do not keep it from being cancelled; their ends do not bring it back.', async () => {
    const children = [{ name: 'child', queueName: 'default', data: {} }]
    await plain.flows().add({ name: 'parent', queueName: 'default', data: {}, children })
    await plain.store.maintain()
    const [parent] = (await plain.store.jobs({ task: 'parent' }, { limit: 1, after: null })).items
    expect(parent?.state).toBe('scheduled')
    const id = parent?.id ?? ''
    expect(await plain.store.cancel([id])).toEqual(['cancelled'])
    expect(await plain.store.job(id)).toMatchObject({ state: 'cancelled' })
    const worker = await plain.register()
    const [child] = await plain.claim(worker)
    if (child === undefined) throw new Error('none')
    await plain.store.settle([{ lease: child.lease, outcome: outcome.completed() }])
    expect(await plain.store.job(id)).toMatchObject({ state: 'cancelled' })
    expect(await plain.claim(worker)).toEqual([])
  })
})
