import { describe, expect, test } from 'vitest'
import type { ScheduleChange } from '../../src/app/schedules/schedule-changes.js'
import type { ScheduleJson } from '../../src/views/schedule.js'
import { type CliProject, cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { newSchedule } from '../support/parsed-schedule.js'
import { keysOf, shapes } from '../support/shapes.js'
import { putSchedules } from '../support/store.js'

const golden = goldenFolder('schedule-sync')

interface Sync {
  readonly changes: readonly ScheduleChange[]
  readonly applied: boolean
}

/** A module with a task for each of these schedules. */
const moduleOf = (schedules: Readonly<Record<string, object>>) => {
  const tasks = Object.entries(schedules).map(
    ([name, schedule]) => `export const ${name} = task({ schedule: ${JSON.stringify(schedule)} }, () => 1)\n`,
  )
  return `import { task } from 'offstage'\n${tasks.join('')}`
}
const configOf = (schedules: Readonly<Record<string, object>>) => JSON.stringify({ schedules })
const namesOf = async (project: CliProject) => {
  const { items } = await project.json<{ readonly items: readonly ScheduleJson[] }>(['schedule', 'list'])
  return items.map(({ name, source }) => `${name} (${source})`)
}

const nightly = { cron: '0 2 * * *', tz: 'Europe/Berlin' }
const weekly = { task: 'logs.clean', cron: '0 3 * * SUN', tz: 'UTC' }
const sync = ['schedule', 'sync']

describe('schedule sync', () => {
  test('What it adds, changes and removes is shown; without a terminal and without --yes nothing is removed.', async () => {
    const project = cliProject({
      'tasks/logs.mjs': moduleOf({ clean: nightly, turn: { at: '2040-01-01', tz: 'UTC' } }),
      'offstage.config.json': configOf({ weekly, monthly: { ...weekly, cron: '@monthly' } }),
    })
    await putSchedules(project, [newSchedule({}, { name: 'by-hand', task: 'logs.clean' })])
    await golden.run(project, { 'dry-run': [...sync, '--dry-run'] })
    expect(await namesOf(project)).toEqual(['by-hand (cli)'])
    await golden.run(project, { add: sync })
    const all = ['by-hand (cli)', 'logs.clean (code)', 'logs.turn (code)', 'monthly (config)', 'weekly (config)']
    expect(await namesOf(project)).toEqual(all)
    await golden.run(project, { 'nothing-to-change': sync, 'nothing-to-change-json': [...sync, '--json'] })

    project.write(
      'tasks/logs.mjs',
      moduleOf({ clean: { ...nightly, cron: '0 4 * * *', overlap: 'queue' }, turn: { at: '2041-01-01', tz: 'UTC' } }),
    )
    project.write('offstage.config.json', configOf({ weekly: { ...weekly, args: ['logs'], catchUp: 'all' } }))
    const { changes, applied } = await project.json<Sync>([...sync, '--dry-run'])
    expect(changes.map(keysOf)).toEqual(changes.map(() => shapes.change))
    expect(changes.map(({ change, name, options }) => [change, name, ...options])).toEqual([
      ['~', 'logs.clean', 'overlap'],
      ['~', 'logs.turn'],
      ['~', 'weekly', 'args', 'catchUp'],
      ['-', 'monthly'],
    ])
    expect(applied).toBe(false)
    await golden.run(project, { unasked: sync, 'unasked-json': [...sync, '--json'] })
    expect(await namesOf(project)).toEqual(all)
    await golden.run(project, { yes: [...sync, '--yes'] })
    expect(await namesOf(project)).toEqual(all.filter((name) => !name.startsWith('monthly')))
  })

  test('A faulty schedule is named each time, does not hinder the others, and makes the exit code 1.', async () => {
    const project = cliProject({
      'tasks/logs.mjs': moduleOf({ clean: nightly, turn: { ...nightly, tz: 'Europe/Berln' } }),
      'tasks/checked.mjs': `import { task } from 'offstage'
const validate = (value) =>
  typeof value?.day === 'string' ? { value } : { issues: [{ message: 'is required', path: ['day'] }] }
export default task({ schema: { '~standard': { version: 1, vendor: 'test', validate } } }, (input) => input)
`,
      'offstage.config.json': configOf({
        gone: { ...weekly, task: 'logs.cleen' },
        refused: { ...weekly, task: 'checked' },
        misspelt: { ...weekly, catchup: 'all' },
        'logs.clean': weekly,
      }),
    })
    await golden.run(project, { faulty: sync })
    await golden.run(project, { 'faulty-still': sync })
    expect(await project.json<Sync>(sync)).toEqual({ changes: [], applied: false })
    project.write('tasks/logs.mjs', moduleOf({ clean: nightly, turn: nightly }))
    project.write('offstage.config.json', configOf({}))
    await golden.run(project, { mended: [...sync, '--yes'] })
    expect(await namesOf(project)).toEqual(['logs.clean (code)', 'logs.turn (code)'])
  })

  test('While a module cannot be loaded, what may be its schedules stay as they are, and the exit code is 1.', async () => {
    const project = cliProject({
      'tasks/logs.mjs': moduleOf({ clean: nightly }),
      'offstage.config.json': configOf({ weekly }),
    })
    await project.run(sync)
    project.write('tasks/logs.mjs', 'throw new Error("no database")\n')
    project.write('tasks/tokens.mjs', moduleOf({ remove: { every: '1h', tz: 'UTC' } }))
    await golden.run(project, { 'faulty-module': [...sync, '--yes'] })
    const { items } = await project.json<{ readonly items: readonly ScheduleJson[] }>(['schedule', 'list'])
    expect(items.map(({ name, fault }) => [name, fault])).toEqual([
      ['logs.clean', null],
      ['tokens.remove', null],
      ['weekly', null],
    ])
  })

  test('A name that was given by hand stays with the schedule that was made by hand.', async () => {
    const project = cliProject({ 'tasks/logs.mjs': moduleOf({ clean: nightly }) })
    await putSchedules(project, [newSchedule({}, { name: 'logs.clean', task: 'logs.clean' })])
    await golden.run(project, { 'made-by-hand': [...sync, '--yes'] })
    expect(await namesOf(project)).toEqual(['logs.clean (cli)'])
    await project.run(['schedule', 'remove', 'logs.clean', '--yes'])
    await project.run(sync)
    expect(await namesOf(project)).toEqual(['logs.clean (code)'])
    await golden.run(project, { 'remove-of-the-code': ['schedule', 'remove', 'logs.clean', '--yes'] })
  })

  test('A store that ends with the command is refused.', async () => {
    const project = cliProject({ 'tasks/logs.mjs': moduleOf({ clean: nightly }) })
    await golden.run(project, { memory: [...sync, '--store', 'memory:'] })
  })
})
