import { describe, expect, test } from 'vitest'
import type { ScheduleOptions } from '../../src/domain/schedule/options.js'
import { systemClock } from '../../src/engine/clock.js'
import type { JobJson } from '../../src/views/job.js'
import type { ScheduleJson } from '../../src/views/schedule.js'
import type { DueJson, SlotJson } from '../../src/views/slot.js'
import { type CliProject, cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { newSchedule } from '../support/parsed-schedule.js'
import { dueSlot, faultySchedule } from '../support/schedule.js'
import { keysOf, shapes } from '../support/shapes.js'
import { decideSlots, jobsOf, putSchedules } from '../support/store.js'

const golden = goldenFolder('schedule')

const files = {
  'tasks/report.mjs': 'export default (day) => day\n',
  'tasks/checked.mjs': `import { task } from 'offstage'
const validate = (value) =>
  typeof value?.day === 'string' ? { value } : { issues: [{ message: 'is required', path: ['day'] }] }
export default task({ schema: { '~standard': { version: 1, vendor: 'test', validate } } }, (input) => input)
`,
}

interface Schedules {
  readonly items: readonly ScheduleJson[]
}

const schedulesOf = async (project: CliProject) => (await project.json<Schedules>(['schedule', 'list'])).items
/** A schedule of the task `report` as a person would have made it. */
const byHand = (name: string, options: ScheduleOptions) =>
  newSchedule(options, { name, task: 'report' }, systemClock.now())
const berlin = ['--tz', 'Europe/Berlin']

describe('schedule TASK', () => {
  test('A schedule is added, is as it was if the same is said again, and is changed by its name.', async () => {
    const project = cliProject(files)
    const nightly = ['schedule', 'report', '--cron', '0 2 * * *', ...berlin]
    await golden.run(project, { 'add-cron': nightly })
    await golden.run(project, { 'as-it-was': nightly })
    await golden.run(project, { change: ['schedule', 'report', 'today', '--cron', '30 4 * * *', ...berlin] })
    expect(await schedulesOf(project)).toMatchObject([{ name: 'report', rule: '30 4 * * *', args: ['today'] }])

    const daily = ['schedule', 'report', '--every', '1d', '--start-at', '02:00', '--name', 'daily']
    await golden.run(project, { 'add-every': daily })
    // A start that was once counted from stays, and so does one that is now.
    for (const again of [daily, ['schedule', 'report', '--every', '1h', '--name', 'hourly']]) await project.run(again)
    const before = await schedulesOf(project)
    expect((await project.run(daily)).stderr).toBe(
      'report declares 1 parameter, and gets 0\nschedule daily: is as it was\n',
    )
    const hourly = await project.run(['schedule', 'report', '--every', '1h', '--name', 'hourly'])
    expect(hourly.stderr).toBe('report declares 1 parameter, and gets 0\nschedule hourly: is as it was\n')
    expect(await schedulesOf(project)).toEqual(before)
    expect(before[0]?.nextAt).toMatch(/T02:00:00\.000Z$/)
  })

  test('Once: after a while, or at a time in its zone.', async () => {
    const project = cliProject(files)
    const before = Date.now()
    await golden.run(project, { 'add-in': ['schedule', 'report', '--in', '1h', '--name', 'soon'] })
    await golden.run(project, {
      'add-at': ['schedule', 'report', '--at', '2040-12-24T18:00', ...berlin, '--name', 'eve', '--json'],
    })
    const [eve, soon] = await schedulesOf(project)
    expect(eve).toMatchObject({ rule: 'once', nextAt: '2040-12-24T17:00:00.000Z' })
    const hour = 3_600_000
    expect(Date.parse(soon?.nextAt ?? '')).toBeGreaterThanOrEqual(before + hour)
    expect(Date.parse(soon?.nextAt ?? '')).toBeLessThanOrEqual(Date.now() + hour)
  })

  test('What else is said of it is kept, and secrets among its arguments are masked.', async () => {
    const project = cliProject(files)
    const words = ['schedule', 'report', '7', 'password=hunter2', '--name', 'all', '--every', '1h']
    const times = ['--start-at', '2040-01-01T00:30', '--until', '2041-01-01', '--limit', '10', ...berlin]
    const policies = ['--overlap', 'queue', '--catch-up', 'all', '--max-lateness', '2h', '--jitter', '5m']
    const expected = ['--expect-success-every', '26h']
    await golden.run(project, { 'add-all': [...words, ...times, ...policies, ...expected, '--json'] })
    await golden.run(project, { 'next-expected': ['schedule', 'next', 'all', '--count', '1'] })
    const [schedule] = await schedulesOf(project)
    expect(keysOf(schedule)).toEqual(shapes.schedule)
    expect(schedule).toMatchObject({ nextAt: '2039-12-31T23:30:00.000Z', until: '2040-12-31T23:00:00.000Z' })
  })

  test('A shell command comes after --, and needs a name.', async () => {
    const project = cliProject(files)
    const weekly = ['--cron', '0 3 * * SUN', ...berlin]
    await golden.run(project, {
      'add-command': ['schedule', '--name', 'backup', ...weekly, '--', './backup.sh', '--all', 'a b'],
      'command-without-name': ['schedule', ...weekly, '--', './backup.sh'],
    })
    expect(await schedulesOf(project)).toMatchObject([{ task: 'shell', args: ['./backup.sh', '--all', 'a b'] }])
  })

  test('What cannot be followed is refused, and nothing is stored.', async () => {
    const project = cliProject(files)
    const report = ['schedule', 'report']
    await golden.run(project, {
      'no-task': ['schedule'],
      'no-times': report,
      'bad-cron': [...report, '--cron', '0 25 * * *'],
      'too-few-fields': [...report, '--cron', '0 2 *', '--json'],
      'no-such-date': [...report, '--cron', '0 0 30 2 *'],
      'bad-zone': [...report, '--cron', '@daily', '--tz', 'Europe/Berln'],
      'zone-by-its-city': [...report, '--cron', '@daily', '--tz', 'Berlin', '--json'],
      'two-kinds-of-times': [...report, '--cron', '@daily', '--every', '1h'],
      'two-single-times': [...report, '--in', '1h', '--at', '18:00'],
      'has-passed': [...report, '--at', '2020-02-03T04:05:06Z'],
      'no-time': [...report, '--at', '2040-02-30'],
      'start-without-every': [...report, '--cron', '@daily', '--start-at', '02:00'],
    })
    await golden.run(project, {
      'too-short': [...report, '--every', '100ms'],
      'bad-interval': [...report, '--every', '1x'],
      'long-jitter': [...report, '--every', '1h', '--jitter', '2h'],
      'bad-limit': [...report, '--every', '1h', '--limit', '0'],
      'bad-overlap': [...report, '--every', '1h', '--overlap', 'wait'],
      'bad-name': [...report, '--every', '1h', '--name', '../etc'],
      'unknown-task': ['schedule', 'reprot', '--every', '1h'],
      'unknown-task-json': ['schedule', 'reprot', '--every', '1h', '--json'],
      'refused-arguments': ['schedule', 'checked', 'dai=1', '--every', '1h'],
      memory: [...report, '--every', '1h', '--store', 'memory:'],
    })
    expect(await schedulesOf(project)).toEqual([])
  })

  test('A name that the code has is not taken, and what the code says stays.', async () => {
    const project = cliProject({
      'tasks/clean.mjs': `import { task } from 'offstage'
export default task({ schedule: { cron: '0 2 * * *', tz: 'UTC' } }, () => {})
`,
    })
    await project.run(['schedule', 'sync'])
    await golden.run(project, { 'name-of-the-code': ['schedule', 'clean', '--every', '1h'] })
    expect(await schedulesOf(project)).toMatchObject([{ source: 'code', rule: '0 2 * * *' }])
    const other = await project.run(['schedule', 'clean', '--every', '1h', '--name', 'clean-often'])
    expect(other.exitCode, other.stderr).toBe(0)
  })

  test('"schedule list" is the subcommand; a task of that name is scheduled with the flags first.', async () => {
    const project = cliProject({ 'tasks/list.mjs': 'export default () => 1\n' })
    await golden.run(project, { 'list-is-no-task': ['schedule', 'list'] })
    const added = await project.run(['schedule', '--cron', '@daily', 'list'])
    expect(added).toMatchObject({ exitCode: 0, stderr: 'schedule list: added\n' })
    expect(await schedulesOf(project)).toMatchObject([{ name: 'list', task: 'list' }])
  })
})

describe('schedule list', () => {
  test('Without any it says how to add one.', async () => {
    const project = cliProject(files)
    await golden.run(project, { 'list-empty': ['schedule', 'list'], 'list-empty-json': ['schedule', 'list', '--json'] })
  })

  test('Schedules of code and config that are not stored yet are hinted at, and no module is loaded for it.', async () => {
    const project = cliProject({
      'tasks/logs.ts': `import { task } from 'offstage'
// schedule: { cron: '@daily' } of a comment does not count
export const clean = task({ schedule: { cron: '@daily', tz: 'UTC' } }, () => 1)
`,
      'offstage.config.json': JSON.stringify({
        schedules: { weekly: { task: 'logs.clean', cron: '@weekly', tz: 'UTC' } },
      }),
    })
    await golden.run(project, {
      'list-unstored': ['schedule', 'list'],
      'list-empty-json': ['schedule', 'list', '--json'],
    })
    await project.run(['schedule', 'sync', '--yes'])
    expect((await project.run(['schedule', 'list'])).stderr).not.toContain('stored')
    await project.run(['schedule', 'remove', '--yes', 'weekly'])
    const { stderr } = await project.run(['schedule', 'list'])
    expect(stderr).toContain(
      'the config has schedules that are not stored yet: weekly; see and store them: offstage schedule sync',
    )
  })

  test('It shows what they run, when next and what became of the last time; faulty, paused and ended ones too.', async () => {
    const project = cliProject(files)
    await putSchedules(project, [
      byHand('nightly', { cron: '0 2 * * *', tz: 'Europe/Berlin', overlap: 'queue' }),
      byHand('paused', { every: '1h' }),
      byHand('ended', { cron: '@daily', until: '2020-01-01' }),
      faultySchedule('faulty', 'schedule.tz: "Mars/Olympus" is no time zone'),
    ])
    await project.run(['schedule', 'pause', 'paused'])
    const slots = [1, 2, 3].map((day) => dueSlot(Date.UTC(2020, 0, day, 1), { overlap: 'queue' }))
    await decideSlots(project, 'nightly', slots)
    await golden.run(project, { list: ['schedule', 'list'], 'list-json': ['schedule', 'list', '--json'] })
    const items = await schedulesOf(project)
    expect(items.map(keysOf)).toEqual(items.map(() => shapes.schedule))
    expect(items.map(({ name, paused, fault, nextAt }) => [name, paused, fault !== null, nextAt !== null])).toEqual([
      ['ended', false, false, false],
      ['faulty', false, true, false],
      ['nightly', false, false, true],
      ['paused', true, false, true],
    ])
  })
})

describe('schedule next', () => {
  interface Next {
    readonly name: string
    readonly slots: readonly DueJson[]
  }

  test('It shows what a change of the clocks does to each time.', async () => {
    const project = cliProject(files)
    const tz = 'Europe/Berlin'
    await putSchedules(project, [
      byHand('nightly', { cron: '30 2 * * *', tz }),
      byHand('twice', { cron: '0,30 2 * * *', tz }),
      byHand('often', { cron: '*/30 * * * *', tz }),
      byHand('daily', { every: '1d', startAt: '2026-11-01T02:30', tz }),
    ])
    const spring = ['--from', '2027-03-27', '--to', '2027-03-30']
    const autumn = ['--from', '2027-10-30', '--to', '2027-11-02']
    await golden.run(project, {
      'next-gap': ['schedule', 'next', 'nightly', ...spring],
      'next-gap-of-two': ['schedule', 'next', 'twice', ...spring],
      'next-fold': ['schedule', 'next', 'nightly', ...autumn],
      'next-fold-json': ['schedule', 'next', 'nightly', ...autumn, '--json'],
      'next-shift-spring': ['schedule', 'next', 'daily', ...spring],
      'next-shift-autumn': ['schedule', 'next', 'daily', ...autumn],
      'next-real-time': ['schedule', 'next', 'often', '--from', '2027-10-31T01:30', '--count', '6'],
    })
    const { slots } = await project.json<Next>(['schedule', 'next', 'nightly', ...spring])
    expect(slots.map(keysOf)).toEqual(slots.map(() => shapes.due))
    expect(slots.map(({ at }) => at)).toEqual([
      '2027-03-27T01:30:00.000Z',
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ])
  })

  test('It counts from now, and only as far as its end and its limit.', async () => {
    const project = cliProject(files)
    await putSchedules(project, [
      byHand('report', { cron: '@hourly', limit: 3 }),
      byHand('ended', { cron: '@daily', until: '2020-01-01' }),
      faultySchedule('weird'),
    ])
    const { slots } = await project.json<Next>(['schedule', 'next', 'report'])
    expect(slots).toHaveLength(3)
    expect(Date.parse(slots[0]?.at ?? '')).toBeGreaterThan(Date.now() - 60_000)
    await golden.run(project, {
      'next-ended': ['schedule', 'next', 'ended'],
      'next-faulty': ['schedule', 'next', 'weird'],
      'next-bad-time': ['schedule', 'next', 'report', '--from', 'tomorrow'],
      'next-backwards': ['schedule', 'next', 'report', '--from', '2027-03-27', '--to', '2027-03-26'],
      'next-unknown': ['schedule', 'next', 'reprot'],
    })
    await project.run(['schedule', 'pause', 'report'])
    await golden.run(project, { 'next-paused': ['schedule', 'next', 'report', '--from', '2027-03-27', '-n', '1'] })
  })
})

describe('schedule history', () => {
  interface History {
    readonly name: string
    readonly slots: readonly SlotJson[]
  }

  test('It shows each time with its outcome and the reason, the newest first; also of one that was removed.', async () => {
    const project = cliProject(files)
    await putSchedules(project, [byHand('report', { cron: '0 * * * *', tz: 'Europe/Berlin', overlap: 'queue' })])
    await golden.run(project, { 'history-empty': ['schedule', 'history', 'report'] })
    const absence = 'no scheduler was at work from 2040-01-01T00:30:00.000Z to 2040-01-03T04:12:00.000Z'
    const at = (day: number, hour: number) => Date.UTC(2040, 0, day, hour)
    const missed = { outcome: 'missed', reason: `${absence}; only the last 100 are made up for` } as const
    await decideSlots(project, 'report', [
      dueSlot(at(1, 0)),
      dueSlot(at(1, 1), { ...missed, through: at(3, 1), lateMs: 184_320_000 }),
      dueSlot(at(3, 2), { ...missed, lateMs: 7_920_000 }),
      dueSlot(at(3, 3), { outcome: 'late', overlap: 'allow', reason: absence, lateMs: 4_320_000 }),
      dueSlot(at(3, 4), { outcome: 'skipped', reason: 'the schedule was paused' }),
      dueSlot(at(3, 5), { overlap: 'queue' }),
    ])
    await golden.run(project, {
      history: ['schedule', 'history', 'report'],
      'history-json': ['schedule', 'history', 'report', '--json'],
      'history-page': ['schedule', 'history', 'report', '--before', '2040-01-03T04:00', '--limit', '2'],
    })
    const { slots } = await project.json<History>(['schedule', 'history', 'report'])
    expect(slots.map(keysOf)).toEqual(slots.map(() => shapes.slot))
    const outcomes = slots.map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['waiting', 'skipped', 'late', 'missed', 'missed', 'fired'])
    await project.run(['schedule', 'remove', 'report', '--yes'])
    await golden.run(project, { 'history-removed': ['schedule', 'history', 'report', '--limit', '1'] })
    await golden.run(project, {
      'history-unknown': ['schedule', 'history', 'reprot'],
      'history-bad-time': ['schedule', 'history', 'report', '--before', 'noon'],
    })
  })
})

describe('schedule pause, resume and remove', () => {
  test('Schedules are paused and resumed.', async () => {
    const project = cliProject(files)
    await putSchedules(project, [byHand('report', { cron: '@daily' }), byHand('hourly', { cron: '@hourly' })])
    await golden.run(project, { pause: ['schedule', 'pause', 'report', 'hourly', 'report'] })
    await golden.run(project, { 'pause-again': ['schedule', 'pause', 'report'] })
    await golden.run(project, { resume: ['schedule', 'resume', 'report'] })
    await golden.run(project, { 'resume-again': ['schedule', 'resume', 'report'] })
    const { items } = await project.json<Schedules>(['schedule', 'resume', 'hourly'])
    expect(items).toMatchObject([{ name: 'hourly', paused: false }])
  })

  test('One that is not there is exit code 5, and then nothing is changed.', async () => {
    const project = cliProject(files)
    await putSchedules(project, [byHand('report', { cron: '@daily' })])
    await golden.run(project, {
      'pause-unknown': ['schedule', 'pause', 'report', 'reprot'],
      'resume-unknown': ['schedule', 'resume', 'report', 'reprot', '--json'],
      'remove-unknown': ['schedule', 'remove', 'report', 'reprot', '--yes'],
      'remove-unlike-any': ['schedule', 'remove', 'elsewhere', '--yes'],
      'trigger-unknown': ['schedule', 'trigger', 'reprot'],
      'pause-bad-name': ['schedule', 'pause', 'report', '../etc'],
      'pause-no-name': ['schedule', 'pause'],
    })
    expect(await schedulesOf(project)).toMatchObject([{ name: 'report', paused: false }])
  })

  test('Without a terminal nothing is removed but with --yes; --dry-run only says what it would be.', async () => {
    const project = cliProject(files)
    const names = ['one', 'two', 'three']
    await putSchedules(
      project,
      names.map((name) => byHand(name, { cron: '@daily' })),
    )
    await golden.run(project, {
      'remove-unasked': ['schedule', 'remove', 'one', 'two'],
      'remove-unasked-json': ['schedule', 'remove', 'one', '--json'],
      'remove-dry-run': ['schedule', 'remove', 'one', 'two', '--dry-run'],
      'remove-dry-run-json': ['schedule', 'remove', 'one', 'two', '--dry-run', '--json'],
    })
    expect(await schedulesOf(project)).toHaveLength(3)
    await golden.run(project, { remove: ['schedule', 'remove', 'one', 'two', '--yes'] })
    await golden.run(project, { 'remove-json': ['schedule', 'remove', 'three', '--yes', '--json'] })
    expect(await schedulesOf(project)).toEqual([])
  })
})

test('A trigger fires a schedule now, paused or not, and the job knows by what.', async () => {
  const project = cliProject(files)
  await project.run(['schedule', 'report', 'today', '--cron', '@daily', '--queue', 'reports', '--retries', '7'])
  await project.run(['schedule', 'pause', 'report'])
  await golden.run(project, { trigger: ['schedule', 'trigger', 'report'] })
  const job = await project.json<JobJson>(['schedule', 'trigger', 'report'])
  expect(keysOf(job)).toEqual(shapes.job)
  expect(job).toMatchObject({ id: 'j2', queue: 'reports', maxRetries: 7, args: ['today'], state: 'queued' })
  expect(job.schedule).toEqual({ name: 'report', slot: expect.any(String) })
  // Of that moment, or of the one before: the slot is made first.
  expect(Date.parse(job.createdAt) - Date.parse(job.schedule?.slot ?? '')).toBeLessThan(1_000)
  await golden.run(project, {
    'history-by-hand': ['schedule', 'history', 'report'],
    'list-fired': ['schedule', 'list'],
  })
  await putSchedules(project, [faultySchedule('weird')])
  await golden.run(project, { 'trigger-faulty': ['schedule', 'trigger', 'weird'] })
  expect(await jobsOf(project)).toHaveLength(2)
})

test('A schedule whose job failed says so in list, history and status, also when the job is gone.', async () => {
  const project = cliProject({ 'tasks/a.mjs': '' })
  await project.run([
    'schedule',
    '--cron',
    '0 3 * * *',
    '--name',
    'backup',
    '--',
    'sh',
    '-c',
    'exit 3',
    '--token',
    'abc',
  ])
  const id = (await project.run(['schedule', 'trigger', 'backup'])).stdout.trim()
  await project.run(['workers', 'start', '--burst', '--no-scheduler'])
  await golden.run(project, {
    'failed-list': ['schedule', 'list'],
    'failed-jobs': ['jobs', 'list', '--schedule', 'backup'],
  })
  expect((await project.run(['schedule', 'history', 'backup'])).stdout).toMatch(
    / fired +j1 +failed after \d+ms +by hand$/m,
  )
  expect((await project.run(['status'])).stdout).toMatch(/^backup .*failed/m)
  await project.run(['jobs', 'remove', id])
  const history = await project.json<{ readonly slots: readonly object[] }>(['schedule', 'history', 'backup'])
  expect(history.slots).toMatchObject([
    { job: id, jobState: 'failed', jobReason: 'error', jobDurationMs: expect.any(Number) },
  ])
})
