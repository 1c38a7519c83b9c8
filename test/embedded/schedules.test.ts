import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { createEngine, task } from '../../src/index.js'
import { freshStore, newEngine, until } from '../support/engines.js'

const report = (day: number, name?: string) => `${name} ${day}`
const checked = task({ schema: z.number('it is no number') }, (value) => value)

test('A schedule is added, stays as it is, is changed and is removed.', async () => {
  const engine = await newEngine({ report })
  const put = (every: string) => engine.putSchedule('daily', report, [7, 'x'], { every, queue: 'reports' })
  expect(await put('1h')).toBe('added')
  expect(await put('1h')).toBe('unchanged')
  expect(await put('2h')).toBe('changed')
  expect(await engine.removeSchedule('daily')).toBe(true)
  expect(await engine.removeSchedule('daily')).toBe(false)
})

test('It is read as it is stored; the name of a function is that of its task.', async () => {
  const engine = await newEngine({ 'report.daily': report, twin: checked, twice: checked })
  expect(await engine.schedule('daily')).toBe(null)
  await engine.putSchedule('daily', report, [7], { cron: '0 2 * * *', tz: 'Europe/Berlin' })
  expect(await engine.schedule('daily')).toEqual({
    name: 'daily',
    source: 'cli',
    task: 'report.daily',
    plan: { kind: 'cron', times: '0 2 * * * (Europe/Berlin)', args: [7] },
  })
  await expect(engine.schedule('a b')).rejects.toMatchObject({ code: 'E_SCHEDULE_NAME' })
  expect(engine.taskName(report)).toBe('report.daily')
  expect(() => engine.taskName(() => {})).toThrow('the engine has no task')
  expect(() => engine.taskName(checked)).toThrow('is registered as twin and as twice')
})

test('A worker fires it, with its arguments and options, and leaves it as it is.', async () => {
  const engine = await newEngine({ report })
  await engine.putSchedule('soon', 'report', [7], { every: '1s', limit: 1, queue: 'reports', priority: 3 })
  await engine.startWorker({ inline: true })
  const job = await until(async () => (await engine.jobs({ task: 'report', states: ['completed'] }))[0])
  expect(job).toMatchObject({ args: [7], queue: 'reports', priority: 3, result: 'undefined 7' })
  expect(job.schedule).toEqual({ name: 'soon', slot: expect.any(Date) })
  expect(await engine.removeSchedule('soon')).toBe(true)
})

test.each<[string, string, object, string, RegExp]>([
  ['a name that may not be', 'a b', { every: '1h' }, 'E_SCHEDULE_NAME', /^"a b" is no schedule name/],
  ['no times', 'daily', {}, 'E_SCHEDULE', /^a schedule has no times/],
  ['a time that has passed', 'daily', { at: '2001-01-01T00:00:00Z' }, 'E_SCHEDULE', /would never fire/],
  ['an end before the first time', 'daily', { every: '1h', until: new Date() }, 'E_SCHEDULE', /is after until$/],
  ['an unknown option', 'daily', { evry: '1h' }, 'E_OPTION', /^putSchedule\(\): there is no option "evry"/],
  ['arguments among the options', 'daily', { every: '1h', args: [] }, 'E_OPTION', /no option "args"/],
  ['a bad option', 'daily', { every: '1h', priority: 1000 }, 'E_PRIORITY', /priority/],
])('Refused with what is wrong: %s.', async (_, name, options, code, message) => {
  const engine = await newEngine({ report }, 'memory:')
  const refused = engine.putSchedule(name, report, [1], options)
  await expect(refused).rejects.toMatchObject({ name: 'UsageError', code, message: expect.stringMatching(message) })
})

test('Arguments that the schema refuses are refused before anything is stored.', async () => {
  const engine = await newEngine({ checked }, 'memory:')
  const refused = engine.putSchedule('daily', checked, ['x' as never], { every: '1h' })
  await expect(refused).rejects.toMatchObject({ code: 'E_ARGUMENTS', message: 'checked: it is no number' })
  expect(await engine.removeSchedule('daily')).toBe(false)
})

test('A schedule of the code that names no zone has that of the engine, else UTC; its own wins. A change of zone is a warning.', async () => {
  const store = freshStore()
  const warnings: string[] = []
  const warned = (warning: Error) => warnings.push(warning.message)
  process.on('warning', warned)
  onTestFinished(() => void process.off('warning', warned))
  const times = async (own: { readonly tz?: string }, options: { readonly tz?: string }) => {
    const nightly = task({ schedule: { cron: '0 2 * * *', ...own } }, () => 1)
    const engine = await createEngine({ store, tasks: { nightly }, ...options })
    await engine.startWorker({ inline: true })
    const schedule = await engine.schedule('nightly')
    await engine.close()
    return schedule?.plan?.kind === 'cron' ? schedule.plan.times : null
  }
  expect(await times({}, {})).toBe('0 2 * * * (UTC)')
  expect(await times({}, { tz: 'Asia/Tokyo' })).toBe('0 2 * * * (Asia/Tokyo)')
  expect(await times({ tz: 'Europe/Rome' }, { tz: 'Asia/Tokyo' })).toBe('0 2 * * * (Europe/Rome)')
  await vi.waitFor(() => expect(warnings).toHaveLength(2))
  expect(warnings[0]).toMatch(/^the schedule nightly is in Asia\/Tokyo from now on, and was in UTC: createEngine/)
  await expect(createEngine({ store, tasks: { report }, tz: 'Mars/Olympus' })).rejects.toMatchObject({
    code: 'E_TIME_ZONE',
  })
})
