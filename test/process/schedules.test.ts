import { existsSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { JobJson } from '../../src/views/job.js'
import type { ScheduleJson } from '../../src/views/schedule.js'
import type { SlotJson } from '../../src/views/slot.js'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { jobsOf } from '../support/store.js'

const tasks = {
  'tasks/tick.mjs': `import { appendFileSync } from 'node:fs'
import { currentJob } from 'offstage'
export default function tick(word = 'tick') {
  const { id, slot } = currentJob()
  appendFileSync('ticks.txt', [id, word, slot?.toISOString(), Date.now() - (slot ?? 0)].join(' ') + '\\n')
}
export async function slow(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
`,
}

const schedulesOf = async (project: CliProject) =>
  (await project.json<{ items: readonly ScheduleJson[] }>(['schedule', 'list'])).items
const historyOf = async (project: CliProject, name: string) =>
  (await project.json<{ slots: readonly SlotJson[] }>(['schedule', 'history', name])).slots

describe('schedules of a worker', () => {
  test('A job runs at its slot and knows it; a change from another process takes effect without a restart.', async () => {
    const project = cliProject(tasks)
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    const added = await project.run(['schedule', 'tick', 'one', '--every', '1s'])
    expect(added.exitCode, added.stderr).toBe(0)
    expect(added.stderr).toContain('schedule tick: added')
    await eventually(() => expect(project.lines('ticks.txt').length).toBeGreaterThanOrEqual(3))
    const ticks = project.lines('ticks.txt').map((line) => line.split(' '))
    const slots = ticks.map(([, , slot]) => Date.parse(slot ?? ''))
    expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) + index * 1_000))
    console.log(`ran ${ticks.map(([, , , late]) => late).join(', ')} ms after the slot`)

    const changed = await project.run(['schedule', 'tick', 'two', '--every', '1s'])
    expect(changed.stderr).toContain('schedule tick: changed')
    await eventually(() => expect(project.lines('ticks.txt').at(-1)).toContain(' two '))
    await project.run(['schedule', 'pause', 'tick'])
    await eventually(async () =>
      expect(await historyOf(project, 'tick')).toContainEqual(expect.objectContaining({ outcome: 'skipped' })),
    )
    const removed = await project.run(['schedule', 'remove', 'tick', '--yes'])
    expect(removed.exitCode, removed.stderr).toBe(0)
    expect(await schedulesOf(project)).toEqual([])
    // Each slot once, also where the schedule was changed in between.
    const history = await historyOf(project, 'tick')
    expect(new Set(history.map(({ slot }) => slot)).size).toBe(history.length)
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ exitCode: 0 })
  })

  test('--no-scheduler leaves them to others, and one of those fires them.', async () => {
    const project = cliProject(tasks)
    const worker = project.start(['workers', 'start', '--no-scheduler'])
    await worker.says(/is ready/)
    const { nextAt } = await project.json<ScheduleJson>(['schedule', 'tick', '--in', '1s'])
    const passed = () => expect(Date.now()).toBeGreaterThan(Date.parse(nextAt ?? '') + 1_000)
    await eventually(passed)
    expect(await historyOf(project, 'tick')).toEqual([])
    const scheduler = project.start(['schedule', 'start'])
    await eventually(() => expect(project.lines('ticks.txt')).toHaveLength(1))
    expect(await historyOf(project, 'tick')).toMatchObject([{ slot: nextAt, outcome: 'fired', job: 'j1' }])
    for (const process of [worker, scheduler]) {
      process.signal('SIGTERM')
      expect(await process.ended).toMatchObject({ exitCode: 0 })
    }
  })

  test('A schedule in the code fires by itself, and its job is shown with it.', async () => {
    const project = cliProject({
      'tasks/report.mjs': `import { currentJob, task } from 'offstage'
export default task({ schedule: { every: '1s' } }, () => currentJob().slot.toISOString())
`,
    })
    const worker = project.start(['workers', 'start'])
    await worker.says(/schedule \+ report: every 1s/)
    await eventually(async () =>
      expect((await jobsOf(project)).filter(({ state }) => state === 'completed')).not.toEqual([]),
    )
    worker.signal('SIGTERM')
    await worker.ended
    const [first] = await jobsOf(project)
    const job = await project.json<JobJson>(['status', first?.id ?? ''])
    expect(job.schedule).toEqual({ name: 'report', slot: job.result })
  })

  test('With --watch a change of the code is a change of its schedule.', async () => {
    const report = (every: string) => `import { task } from 'offstage'
export default task({ schedule: { every: '${every}' } }, () => {})
`
    const project = cliProject({ 'tasks/report.mjs': report('1h') })
    const worker = project.start(['workers', 'start', '--watch'])
    await worker.says(/watches the code for changes/)
    project.write('tasks/report.mjs', report('2h'))
    await worker.says(/schedule ~ report: every 2h/)
    await worker.says(/jobs that begin now run the new one/)
    expect(await schedulesOf(project)).toMatchObject([{ name: 'report', rule: 'every 2h', source: 'code' }])
    worker.signal('SIGTERM')
    await worker.ended
  })
})

describe('schedules that something is wrong with', () => {
  test('A schema that never answers, and faults of every kind, keep no other schedule from firing.', async () => {
    const project = cliProject({
      ...tasks,
      'tasks/hangs.mjs': `import { task } from 'offstage'
const schema = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise(() => {}) } }
export default task({ schema, schedule: { every: '1h' } }, () => {})
`,
      'offstage.config.json': JSON.stringify({
        schedules: {
          good: { task: 'tick', every: '1s', overlap: 'allow' },
          number: { task: 'tick', cron: 5 },
          list: { task: 'tick', every: '1s', queue: ['a'] },
          object: { task: 'tick', every: '1s', args: { a: 1 } },
          taskless: { every: '1s' },
          words: { task: 'shell', every: '1s', args: [{ x: 1 }] },
        },
      }),
    })
    const worker = project.start(['workers', 'start'])
    await worker.says(/could not be checked by the schemas of their tasks: they do not answer/)
    await eventually(() => expect(project.lines('ticks.txt').length).toBeGreaterThan(0))
    const faults = new Map((await schedulesOf(project)).map(({ name, fault }) => [name, fault]))
    expect(Object.fromEntries(faults)).toEqual({
      good: null,
      hangs: null,
      list: expect.stringContaining('no queue name'),
      number: 'schedule.cron is no text',
      object: 'schedule.args is no list; write the arguments in call order, as a list',
      taskless: 'it names no task',
      words: expect.stringContaining('are no command'),
    })
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ exitCode: 0 })
  })

  test('A slot whose task a scheduler does not know fires all the same.', async () => {
    const project = cliProject(tasks)
    const old = project.start(['schedule', 'start'])
    await old.says(/the scheduler is ready/)
    project.write('tasks/fresh.mjs', 'export default () => {}\n')
    await project.run(['schedule', 'fresh', '--every', '1s', '--overlap', 'allow'])
    await eventually(async () => expect((await historyOf(project, 'fresh')).length).toBeGreaterThan(3))
    const outcomes = (await historyOf(project, 'fresh')).map(({ outcome }) => outcome)
    expect(new Set(outcomes)).toEqual(new Set(['fired']))
    old.signal('SIGTERM')
    await old.ended
    expect((await jobsOf(project)).every(({ state }) => state === 'queued')).toBe(true)
    // A worker fires schedules too, up to its last moment.
    await project.run(['schedule', 'pause', 'fresh'])
    expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
    expect((await jobsOf(project)).every(({ state }) => state === 'completed')).toBe(true)
  })

  test('--burst ends when what waited for its turn has run, too.', async () => {
    const project = cliProject(tasks)
    const asked = ['schedule', 'tick.slow', '100', '--every', '1s', '--limit', '3', '--overlap', 'queue']
    const { nextAt } = await project.json<ScheduleJson>(asked)
    // The first three have passed, and none is late enough to be missed.
    await eventually(() => expect(Date.now()).toBeGreaterThan(Date.parse(nextAt ?? '') + 2_000))
    const burst = await project.run(['workers', 'start', '--burst'])
    expect(burst.exitCode, burst.stderr).toBe(0)
    expect((await jobsOf(project)).map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
    expect((await historyOf(project, 'tick.slow')).map(({ outcome }) => outcome)).toEqual(['fired', 'fired', 'fired'])
  })

  test('--burst does not wait for a slot whose task has gone.', async () => {
    const project = cliProject({
      ...tasks,
      'tasks/gone.mjs': 'export default () => new Promise((resolve) => setTimeout(resolve, 3_000))\n',
    })
    await project.run(['schedule', 'gone', '--every', '1s', '--limit', '2', '--overlap', 'queue'])
    const worker = project.start(['workers', 'start'])
    await eventually(async () =>
      expect((await historyOf(project, 'gone')).map(({ outcome }) => outcome)).toEqual(['waiting', 'fired']),
    )
    worker.signal('SIGTERM')
    await worker.ended
    rmSync(project.path('tasks/gone.mjs'))
    const burst = await project.run(['workers', 'start', '--burst'])
    expect(burst.exitCode, burst.stderr).toBe(0)
    expect(await historyOf(project, 'gone')).toMatchObject([{ outcome: 'fired' }, { outcome: 'fired' }])
    expect(burst.stderr).toContain('left 1 job of tasks that this worker does not know: gone')
  })

  test('A signal while the schemas are asked ends the worker; nothing is brought in or fires after it.', async () => {
    const project = cliProject({
      'tasks/picky.mjs': `import { writeFileSync } from 'node:fs'
import { task } from 'offstage'
const validate = () => {
  writeFileSync('asked.txt', '')
  return new Promise(() => {})
}
const schema = { '~standard': { version: 1, vendor: 'test', validate } }
export default task({ schema, schedule: { every: '1h' } }, () => {})
`,
      'tasks/tick.mjs': 'export default () => {}\n',
    })
    await project.run(['schedule', 'tick', '--every', '1s', '--start-at', '2020-01-01'])
    const worker = project.start(['workers', 'start'])
    await eventually(() => expect(existsSync(project.path('asked.txt'))).toBe(true))
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ exitCode: 0 })
    expect((await schedulesOf(project)).map(({ name }) => name)).toEqual(['tick'])
    expect(await historyOf(project, 'tick')).toEqual([])
  })

  test('What is to be once is not lost on the way, however long the tasks take to load.', async () => {
    const project = cliProject({
      'tasks/slow.mjs': 'await new Promise((resolve) => setTimeout(resolve, 1_500))\nexport default () => {}\n',
    })
    const added = await project.run(['schedule', 'slow', '--in', '500ms'])
    expect(added.exitCode, added.stderr).toBe(0)
    const burst = await project.run(['workers', 'start', '--burst'])
    expect(burst.exitCode, burst.stderr).toBe(0)
    expect((await jobsOf(project)).map(({ state }) => state)).toEqual(['completed'])
  })
})

test('A program gets its slot in its environment.', async () => {
  const project = cliProject({ 'tasks/hello.mjs': 'export default () => {}\n' })
  const added = await project.run(['schedule', '--name', 'say', '--in', '1s', '--', 'echo "\\"$OFFSTAGE_SLOT\\""'])
  expect(added.exitCode, added.stderr).toBe(0)
  const worker = project.start(['workers', 'start'])
  await eventually(async () => expect((await jobsOf(project))[0]).toMatchObject({ state: 'completed' }))
  const [job] = await jobsOf(project)
  expect(job).toMatchObject({ task: 'shell', result: job?.schedule?.slot })
  worker.signal('SIGTERM')
  await worker.ended
})

test('schedule trigger fires a schedule whose task this project does not have, with what that task said of its jobs.', async () => {
  const project = cliProject({
    'tasks/mail.mjs': `import { task } from 'offstage'\nexport const send = task({ queue: 'mail', priority: 5 }, () => {})\n`,
    'tasks/other.mjs': 'export default () => {}\n',
  })
  await project.run(['schedule', 'mail.send', '--every', '1h', '--name', 'sends'])
  project.write('tasks/mail.mjs', '')
  const job = await project.json<JobJson>(['schedule', 'trigger', 'sends'])
  expect(job).toMatchObject({ task: 'mail.send', state: 'queued', queue: 'mail', priority: 5 })
})
