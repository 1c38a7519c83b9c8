import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract } from './harness.js'

contract('remove', (test) => {
  test('Jobs that have ended go, with their attempts, output and progress; others stay.', async (subject) => {
    const { store, outcome } = subject
    for (const end of ['completed', 'failed', 'cancelled'] as const) {
      const claim = await subject.start()
      const line = { line: 1, at: subject.clock.now(), stream: 'stdout', text: 'x' } as const
      const progress = { fraction: 1, message: null }
      await store.append([{ lease: claim.lease, progress, output: [line], forget: null, usage: null }])
      await subject.settle(claim, outcome[end]())
    }
    await subject.start()
    await subject.add()
    await subject.add({ dueAt: subject.clock.now() + 1_000 })
    const ids = ['j1', 'j2', 'j3', 'j4', 'j5', 'j6', 'j7', 'x']
    expect(await store.remove(ids)).toEqual([
      'removed',
      'removed',
      'removed',
      'unended',
      'unended',
      'unended',
      'unknown',
      'unknown',
    ])
    expect((await store.jobs({}, { limit: 10, after: null })).items.map(({ id }) => id)).toEqual(['j6', 'j5', 'j4'])
    expect(await store.job('j1')).toBeNull()
    expect(await store.attempts('j1')).toEqual([])
    expect(await store.output('j1', 1, { after: 0, limit: 10 })).toEqual([])
    expect(await store.progress(['j1'])).toEqual(new Map())
    expect((await store.queues())[0]?.counts).toMatchObject({ completed: 0, failed: 0, cancelled: 0, running: 1 })
  })

  test('The second of two equal ids finds no job.', async (subject) => {
    await subject.store.cancel([await subject.add()])
    expect(await subject.store.remove(['j1', 'j1'])).toEqual(['removed', 'unknown'])
    expect(await subject.store.remove([])).toEqual([])
  })

  test('The id of a removed job does not come back.', async (subject) => {
    await subject.store.cancel([await subject.add()])
    await subject.store.remove(['j1'])
    expect(await subject.add()).toBe('j2')
  })

  test('A job that holds its key for some time yet stays until the key is free.', async (subject) => {
    const { store } = subject
    const key = { name: 'k', policy: 'skip', forMs: 1_000 } as const
    const id = await subject.add({ key })
    await store.cancel([id])
    expect(await store.remove([id])).toEqual(['key-held'])
    expect(await store.enqueue([newJob({ key })])).toEqual([{ id, answer: 'existing' }])
    await subject.advance(1_000)
    expect(await store.remove([id])).toEqual(['removed'])
    expect(await store.enqueue([newJob({ key })])).toMatchObject([{ answer: 'created' }])
  })

  test('A removal leaves the key of a later job alone.', async (subject) => {
    const { store } = subject
    const key = { name: 'k', policy: 'skip', forMs: 0 } as const
    const first = await subject.add({ key })
    await store.cancel([first])
    const second = await subject.add({ key })
    expect(await store.remove([first])).toEqual(['removed'])
    expect(await store.enqueue([newJob({ key })])).toEqual([{ id: second, answer: 'existing' }])
  })

  test('Statistics, failure groups and slots keep how removed jobs ended.', async (subject) => {
    const { store, outcome } = subject
    await store.putSchedules([newSchedule('s')])
    const [found] = await store.schedules(['s'])
    if (found === undefined) throw new Error('no schedule')
    await store.claimSlots(claimOf(found, [dueSlot(found.decidedUntil + 1)], { job: newJob() }))
    await subject.settle(await subject.claimOne(await subject.register()), outcome.failed())
    expect(await store.remove(['j1'])).toEqual(['removed'])
    expect(await store.statistics(null)).toMatchObject([{ failed: 1 }])
    expect(await store.failures(0, 10)).toMatchObject([{ count: 1 }])
    expect(await store.slots('s', { limit: 9, before: null })).toMatchObject([{ jobEnd: { state: 'failed' } }])
  })
})
