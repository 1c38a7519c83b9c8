import { expect } from 'vitest'
import { maxGroups } from '../../src/domain/failure-group.js'
import { shellTask } from '../../src/domain/shell-task.js'
import { minuteOf } from '../../src/domain/statistics.js'
import type { JobFilter } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

async function fail(subject: Subject, message: string, task = 'send'): Promise<string> {
  const claim = await subject.start({ task })
  const error = { name: 'Error', message, stack: null }
  const endedAt = subject.clock.now()
  await subject.settle(claim, { ...subject.outcome.failed(), error, startedAt: endedAt, endedAt })
  return claim.job.id
}

contract('failures', (test) => {
  test('Failed jobs are grouped by task and error; the numbers in it do not count.', async (subject) => {
    const { store, clock } = subject
    const start = clock.now()
    await fail(subject, '421 too many connections')
    await subject.advance(60_000)
    const second = await fail(subject, '422 too many connections\nand more')
    await subject.advance(1)
    const other = await fail(subject, '421 too many connections', 'resize')
    expect(await store.failures(0, 10)).toEqual([
      {
        task: 'resize',
        error: 'Error: # too many connections',
        count: 1,
        firstAt: start + 60_001,
        lastAt: start + 60_001,
        sample: other,
        minutes: [{ minute: minuteOf(start) + 1, count: 1 }],
      },
      {
        task: 'send',
        error: 'Error: # too many connections',
        count: 2,
        firstAt: start,
        lastAt: start + 60_000,
        sample: second,
        minutes: [
          { minute: minuteOf(start), count: 1 },
          { minute: minuteOf(start) + 1, count: 1 },
        ],
      },
    ])
    expect(await store.failures(start + 60_000, 1)).toMatchObject([{ task: 'resize' }])
    expect(await store.failures(start + 60_000, 10)).toMatchObject([{ task: 'resize' }, { task: 'send', count: 1 }])
    expect(await store.failures(start + 120_000, 10)).toEqual([])
  })

  test('Attempts with a retry are no failures; jobs that expire or are lost are.', async (subject) => {
    const { store } = subject
    await subject.settle(await subject.start({ queue: 'q' }), subject.outcome.retry(1_000))
    await subject.add({ expiresAt: subject.clock.now() + 10 })
    await subject.advance(20)
    await subject.sweep()
    expect(await store.failures(0, 10)).toMatchObject([{ error: 'Expired: the job was not started before it expired' }])
  })

  test('Failures of commands are grouped under the names of their schedules, and found by their task still.', async (subject) => {
    const { store, outcome } = subject
    const command = () => newJob({ task: shellTask })
    const failed = { ...outcome.failed(), error: { name: 'Error', message: 'exit code 1', stack: null } }
    await store.putSchedules(['backup', 'report'].map((name) => newSchedule(name, { overlap: 'allow' })))
    for (const name of ['backup', 'report']) await store.triggerSchedule({ name, job: command() })
    await store.enqueue([command()])
    const worker = await subject.register()
    for (const claim of await subject.claim(worker, 3)) await subject.settle(claim, failed)
    await store.triggerSchedule({
      name: 'report',
      job: newJob({ task: shellTask, expiresAt: subject.clock.now() + 1 }),
    })
    await subject.advance(10)
    await subject.sweep()
    const groups = await store.failures(0, 10)
    expect(groups.map(({ task, error }) => [task, error]).sort()).toEqual([
      ['backup', 'Error: exit code #'],
      ['report', 'Error: exit code #'],
      ['report', expect.stringMatching(/^Expired/)],
      ['shell', 'Error: exit code #'],
    ])
    const found = async (filter: JobFilter) => (await store.jobs(filter, { limit: 9, after: null })).items.length
    expect(await found({ task: shellTask, error: 'exit code 1' })).toBe(3)
    expect(await found({ task: 'backup', error: 'exit code 1' })).toBe(0)
    expect(await found({ schedule: 'backup', error: 'exit code 1' })).toBe(1)
  })

  test('A task has a limited number of groups; the errors beyond it share one.', async (subject) => {
    const { store } = subject
    const name = (number: number) => [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
    for (let number = 0; number < maxGroups + 2; number++) await fail(subject, name(number))
    await fail(subject, 'another', 'resize')
    const groups = await store.failures(0, 1_000)
    expect(groups).toHaveLength(maxGroups + 2)
    expect(groups.find(({ error }) => error === '')).toMatchObject({ task: 'send', count: 2 })
  })

  test('What was counted stays when the jobs are removed, and goes with old minutes and the last job.', async (subject) => {
    const { store, clock } = subject
    await fail(subject, 'no')
    await subject.advance(3_600_000)
    const kept = await fail(subject, 'yes')
    await subject.advance(60_000)
    await store.prune(retentionOf({ failedMs: 600_000 }), 10)
    expect(await store.failures(0, 10)).toMatchObject([{ count: 1 }, { count: 1 }])
    await store.prune(retentionOf({ statisticsMs: 0 }), 10)
    expect(await store.failures(0, 10)).toEqual([])
    await subject.advance(1)
    const again = await fail(subject, 'no')
    expect(await store.failures(0, 10)).toMatchObject([{ firstAt: clock.now(), sample: again }])
    const found = await store.jobs({ error: 'yes' }, { limit: 5, after: null })
    expect(found.items.map(({ id }) => id)).toEqual([kept])
  })
})
