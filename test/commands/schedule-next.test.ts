import { describe, expect, test } from 'vitest'
import type { ScheduleOptions } from '../../src/domain/schedule/options.js'
import { systemClock } from '../../src/engine/clock.js'
import type { DueJson } from '../../src/views/slot.js'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { newSchedule } from '../support/parsed-schedule.js'
import { faultySchedule } from '../support/schedule.js'
import { keysOf, shapes } from '../support/shapes.js'
import { putSchedules } from '../support/store.js'

const golden = goldenFolder('schedule-next')

const files = { 'tasks/report.mjs': 'export default (day) => day\n' }
const byHand = (name: string, options: ScheduleOptions) =>
  newSchedule(options, { name, task: 'report' }, systemClock.now())

describe('schedule next without a name', () => {
  interface NextOfAll {
    readonly slots: readonly (DueJson & { readonly name: string })[]
  }

  test('It shows the times of all schedules in their order, each in its zone; the paused and the faulty are named.', async () => {
    const project = cliProject(files)
    await putSchedules(project, [
      byHand('tokyo', { cron: '0 9 * * *', tz: 'Asia/Tokyo' }),
      byHand('berlin', { cron: '30 2 * * *', tz: 'Europe/Berlin' }),
      byHand('twice-a-day', { every: '12h', startAt: '2027-03-28T00:00:00Z', tz: 'UTC', limit: 2 }),
      byHand('quiet', { cron: '* * * * *', tz: 'UTC' }),
      faultySchedule('weird'),
    ])
    await project.run(['schedule', 'pause', 'quiet'])
    const span = ['--from', '2027-03-28T00:00Z', '--to', '2027-03-29T00:00Z']
    const answer = await project.json<NextOfAll>(['schedule', 'next', ...span])
    expect(Object.keys(answer)).toEqual(['slots'])
    expect(answer.slots.map(keysOf)).toEqual(answer.slots.map(() => ['name', ...shapes.due].sort()))
    expect(answer.slots.map(({ name, at, offset }) => `${at} ${offset} ${name}`)).toEqual([
      '2027-03-28T00:00:00.000Z +09:00 tokyo',
      '2027-03-28T00:00:00.000Z +00:00 twice-a-day',
      '2027-03-28T01:00:00.000Z +02:00 berlin',
      '2027-03-28T12:00:00.000Z +00:00 twice-a-day',
      '2027-03-29T00:00:00.000Z +09:00 tokyo',
    ])
    expect((await project.json<NextOfAll>(['schedule', 'next', ...span, '--count', '3'])).slots).toEqual(
      answer.slots.slice(0, 3),
    )
    await golden.run(project, { 'next-of-all': ['schedule', 'next', ...span] })
  })

  test('It shows ten by default, none where there is no schedule, and refuses times that end before they begin.', async () => {
    const project = cliProject(files)
    await golden.run(project, {
      'next-of-none': ['schedule', 'next'],
      'next-of-all-backwards': ['schedule', 'next', '--from', '2027-03-27', '--to', '2027-03-26'],
    })
    await putSchedules(project, [byHand('often', { every: '1m' }), byHand('seldom', { every: '5m' })])
    const { slots } = await project.json<NextOfAll>(['schedule', 'next'])
    expect(slots).toHaveLength(10)
    expect(slots.map(({ at }) => at)).toEqual(slots.map(({ at }) => at).sort())
    expect(new Set(slots.map(({ name }) => name))).toEqual(new Set(['often', 'seldom']))
  })
})
