import { describe, expect, test } from 'vitest'
import { plainTaskDefaults } from '../../../src/domain/request.js'
import type { ScheduleOptions } from '../../../src/domain/schedule/options.js'
import type { NewSchedule } from '../../../src/domain/schedule/schedule.js'
import {
  changedOptions,
  changesBetween,
  checkSchedules,
  type WrittenSchedule,
} from '../../../src/domain/schedule/sources.js'
import { newSchedule, storedSchedule } from '../../support/parsed-schedule.js'

const written = (overrides: Partial<WrittenSchedule> = {}): WrittenSchedule => ({
  name: 'report',
  source: 'code',
  task: 'report',
  options: { cron: '@daily', tz: 'UTC' },
  ...overrides,
})
const check = (...schedules: WrittenSchedule[]) =>
  checkSchedules(schedules, (name) => (name === 'gone' ? undefined : plainTaskDefaults), 0)

describe('schedules of code and config', () => {
  test('A fault is that of its schedule alone.', () => {
    const checked = check(
      written(),
      written({ name: 'bad', options: { cron: 'often' } }),
      written({ name: 'a b' }),
      written({ name: 'lost', task: 'gone' }),
      written({ name: 'daily', options: { at: '18:00' } }),
      written({ name: 'none', task: '' }),
      written({ name: 'typo', options: { cron: '@daily', catchup: 'all' } as unknown as WrittenSchedule['options'] }),
      written({ name: 'text', options: '@daily' as unknown as WrittenSchedule['options'] }),
      written({ name: 'odd', options: { cron: 5 } as unknown as WrittenSchedule['options'] }),
    )
    expect(checked.map(({ name, fault }) => [name, fault])).toEqual([
      ['report', null],
      ['bad', expect.stringContaining('no cron expression')],
      ['a b', expect.stringContaining('no schedule name')],
      ['lost', 'there is no task gone'],
      ['daily', expect.stringContaining('give a date too')],
      ['none', 'it names no task'],
      ['typo', 'schedule: there is no option "catchup"; did you mean "catchUp"?'],
      ['text', expect.stringContaining('schedule: the options are not an object')],
      ['odd', 'schedule.cron is no text'],
    ])
    expect(checked.map(({ plan }) => plan !== null)).toEqual([true, ...Array(8).fill(false)])
  })

  test('Two schedules with one name are a fault.', () => {
    expect(check(written(), written({ source: 'config', task: 'other' }))).toMatchObject([
      { name: 'report', plan: null, fault: 'two schedules have this name: of report (code) and of other (config)' },
    ])
  })

  test('New, changed and removed schedules are told apart; schedules of the command line stay.', () => {
    const stored = [
      storedSchedule({}, { name: 'same', source: 'code' }),
      storedSchedule({}, { name: 'other', source: 'config' }),
      storedSchedule({}, { name: 'gone', source: 'code' }),
      storedSchedule({}, { name: 'by-hand', source: 'cli' }),
    ]
    const wanted = [
      newSchedule({}, { name: 'same', source: 'code' }),
      newSchedule({ overlap: 'queue' }, { name: 'other', source: 'config' }),
      newSchedule({}, { name: 'new', source: 'code' }),
    ]
    const { added, changed, removed } = changesBetween(stored, wanted)
    expect([added, changed, removed].map((list) => list.map(({ name }) => name))).toEqual([
      ['new'],
      ['other'],
      ['gone'],
    ])
  })

  test('An interval that began at another time is the same one.', () => {
    const stored = storedSchedule({ every: '1h' }, { name: 'tick', source: 'code' })
    const wanted = newSchedule({ every: '1h' }, { name: 'tick', source: 'code' }, 5_000)
    expect(changesBetween([stored], [wanted])).toEqual({ added: [], changed: [], removed: [], conflicting: [] })
  })

  test('The code cannot take the name of a schedule of the command line.', () => {
    const stored = storedSchedule({}, { name: 'by-hand', source: 'cli' })
    const wanted = newSchedule({ overlap: 'queue' }, { name: 'by-hand', source: 'code' })
    expect(changesBetween([stored], [wanted])).toEqual({ added: [], changed: [], removed: [], conflicting: [wanted] })
  })

  test('Changed options are named as users write them.', () => {
    const old = newSchedule({ every: '1h', startAt: '02:00', args: [1], retries: 2 })
    const said = newSchedule({ every: '2h', startAt: '03:00', args: [2], maxLateness: '1h' }, { task: 'other' })
    expect(changedOptions(old, said)).toEqual(['task', 'startAt', 'args', 'maxLateness', 'retries'])
    expect(changedOptions(old, newSchedule({ every: '2h', startAt: '02:00', args: [1], retries: 2 }))).toEqual([])
    expect(changedOptions({ ...old, plan: null }, said)).toEqual([])
  })

  test('Task defaults apply to options that the schedule leaves out.', () => {
    const of = (queue: string, options: ScheduleOptions = {}) => {
      const schedule = newSchedule(options, { source: 'code' })
      if (schedule.plan === null) throw new Error('no plan')
      const { definition, rule } = schedule.plan
      const taskDefaults = { ...plainTaskDefaults, queue }
      return { ...schedule, plan: { definition: { ...definition, taskDefaults }, rule } }
    }
    const stored = (schedule: NewSchedule) => ({ ...storedSchedule(), ...schedule })
    expect(changesBetween([stored(of('mail'))], [of('slow')]).changed).toHaveLength(1)
    expect(changedOptions(of('mail'), of('slow'))).toEqual(['queue'])
    const own = { queue: 'own' }
    expect(changesBetween([stored(of('mail', own))], [of('slow', own)]).changed).toEqual([])
  })
})
