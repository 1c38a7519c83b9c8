import { expect } from 'vitest'
import { jobStates } from '../../src/domain/job.js'
import type { JobFilter } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

async function found(subject: Subject, filter: JobFilter): Promise<readonly string[]> {
  return (await subject.store.jobs(filter, { limit: 100, after: null })).items.map(({ id }) => id)
}

contract('paging', (test) => {
  test('Pages go from the newest to the oldest, each job once, and the last one says so.', async (subject) => {
    await subject.store.enqueue(Array.from({ length: 5 }, () => newJob()))
    const pages: string[][] = []
    for (let after: string | null = null, more = true; more; more = after !== null) {
      const page: { items: readonly { id: string }[]; next: string | null } = await subject.store.jobs(
        {},
        { limit: 2, after },
      )
      pages.push(page.items.map(({ id }) => id))
      after = page.next
    }
    expect(pages).toEqual([['j5', 'j4'], ['j3', 'j2'], ['j1']])
  })

  test('A page that is exactly full has no next one.', async (subject) => {
    await subject.store.enqueue([newJob(), newJob()])
    expect((await subject.store.jobs({}, { limit: 2, after: null })).next).toBeNull()
    expect(await subject.store.jobs({}, { limit: 2, after: 'j1' })).toEqual({ items: [], next: null })
  })

  test('Jobs that arrive between two pages do not shift them.', async (subject) => {
    await subject.store.enqueue([newJob(), newJob(), newJob()])
    const first = await subject.store.jobs({}, { limit: 2, after: null })
    await subject.store.enqueue([newJob(), newJob()])
    const second = await subject.store.jobs({}, { limit: 2, after: first.next })
    expect(second).toMatchObject({ items: [{ id: 'j1' }], next: null })
  })

  test('A page after something that is no job is empty.', async (subject) => {
    await subject.add()
    expect(await subject.store.jobs({}, { limit: 2, after: 'nonsense' })).toEqual({ items: [], next: null })
  })

  test('Filters: states, task, queue, reason, and several at once.', async (subject) => {
    const failed = await subject.start({ task: 'a', queue: 'x' })
    await subject.settle(failed, subject.outcome.failed({ reason: 'timeout' }))
    await subject.start({ task: 'a', queue: 'y' })
    await subject.store.enqueue([newJob({ task: 'b', queue: 'x' })])
    expect(await found(subject, { states: ['failed', 'queued'] })).toEqual(['j3', 'j1'])
    expect(await found(subject, { states: [] })).toEqual([])
    expect(await found(subject, { states: jobStates })).toEqual(['j3', 'j2', 'j1'])
    expect(await found(subject, { task: 'a' })).toEqual(['j2', 'j1'])
    expect(await found(subject, { queue: 'x' })).toEqual(['j3', 'j1'])
    expect(await found(subject, { reason: 'timeout' })).toEqual(['j1'])
    expect(await found(subject, { task: 'a', queue: 'x', states: ['failed'], reason: 'timeout' })).toEqual(['j1'])
    expect(await found(subject, { task: 'a', states: ['queued'] })).toEqual([])
  })

  test('Filters by time: at or after the one, before the other.', async (subject) => {
    const began = subject.clock.now()
    for (let count = 0; count < 3; count++) {
      await subject.add()
      await subject.advance(10)
    }
    expect(await found(subject, { createdAfter: began + 10 })).toEqual(['j3', 'j2'])
    expect(await found(subject, { createdBefore: began + 10 })).toEqual(['j1'])
    expect(await found(subject, { createdAfter: began + 10, createdBefore: began + 20 })).toEqual(['j2'])
  })

  test('Filters by end time: ended at or after it, whatever the end.', async (subject) => {
    const began = subject.clock.now()
    const [first, second, third] = [await subject.add(), await subject.add(), await subject.add()]
    await subject.store.cancel([third])
    await subject.advance(10)
    await subject.store.cancel([first])
    await subject.advance(10)
    const claim = await subject.claimOne(await subject.register())
    const span = { startedAt: began + 15, endedAt: began + 20 }
    await subject.settle(claim, { ...subject.outcome.failed({ reason: 'timeout' }), ...span })
    expect(claim.job.id).toBe(second)
    expect(await found(subject, { endedAfter: began })).toEqual([third, second, first])
    expect(await found(subject, { endedAfter: began + 10 })).toEqual([second, first])
    expect(await found(subject, { endedAfter: began + 10, states: ['cancelled', 'queued'] })).toEqual([first])
    expect(await found(subject, { endedAfter: began, reason: 'timeout' })).toEqual([second])
    expect(await found(subject, { endedAfter: began + 21 })).toEqual([])
  })

  test('Filters by schedule, in any state.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    const trigger = async (name: string) => (await store.triggerSchedule({ name, job: newJob() }))?.job ?? ''
    await subject.add()
    const [first, second, third] = [await trigger('s'), await trigger('t'), await trigger('s')]
    await store.cancel([third])
    expect(await found(subject, { schedule: 's' })).toEqual([third, first])
    expect(await found(subject, { schedule: 's', states: ['queued'] })).toEqual([first])
    expect(await found(subject, { schedule: 's', states: ['running', 'scheduled', 'cancelled'] })).toEqual([third])
    expect(await found(subject, { schedule: 's', states: [] })).toEqual([])
    expect(await found(subject, { schedule: 't', endedAfter: 0 })).toEqual([])
    await store.cancel([second])
    expect(await found(subject, { schedule: 't', endedAfter: 0 })).toEqual([second])
  })

  test('Filters failed jobs by a text of their error, in which numbers are not compared.', async (subject) => {
    const fail = async (task: string, message: string) => {
      const claim = await subject.start({ task })
      await subject.settle(claim, { ...subject.outcome.failed(), error: { name: 'SmtpError', message, stack: null } })
      return claim.job.id
    }
    const first = await fail('mail', '421 too many connections from 10.0.0.1')
    const second = await fail('mail', 'no such host')
    const third = await fail('sms', '422 too many connections from 10.0.0.2')
    await subject.add()
    expect(await found(subject, { error: '421 too many' })).toEqual([third, first])
    expect(await found(subject, { error: 'Smtp' })).toEqual([third, second, first])
    expect(await found(subject, { error: 'Smtp', task: 'mail' })).toEqual([second, first])
    expect(await found(subject, { error: 'smtp' })).toEqual([])
    expect(await found(subject, { error: 'Smtp', states: ['completed'] })).toEqual([])
    expect(await found(subject, { error: 'Smtp', reason: 'lost' })).toEqual([])
  })

  test('A page of filtered jobs is as full as one of all.', async (subject) => {
    await subject.store.enqueue(Array.from({ length: 6 }, (_, index) => newJob({ task: index % 2 === 0 ? 'a' : 'b' })))
    expect(await subject.store.jobs({ task: 'a' }, { limit: 2, after: null })).toMatchObject({
      items: [{ id: 'j5' }, { id: 'j3' }],
      next: 'j3',
    })
  })
})
