import { expect, test } from 'vitest'
import { type DeclareEvent, declareSchedules } from '../../../src/app/schedules/declare-schedules.js'
import { desiredSchedules } from '../../../src/app/schedules/desired-schedules.js'
import { applySync, planSync } from '../../../src/app/schedules/sync-schedules.js'
import { parseTargets } from '../../../src/domain/notification.js'
import { systemClock } from '../../../src/engine/clock.js'
import { taskInfo } from '../../support/fake-host.js'
import { newSchedule } from '../../support/schedule.js'
import { fakeProject, testSignals } from '../../support/use-cases.js'

const tasks = [taskInfo('report', { schedule: { every: '1h' } }), taskInfo('backup', { schedule: { every: '1d' } })]
const byHand = { ...newSchedule('backup'), source: 'cli' } as const

test('Declared schedules are added; one of that name that was made by hand stays; one that left the code fires still.', async () => {
  const project = await fakeProject(tasks)
  await project.store.putSchedules([byHand, newSchedule('gone')])
  const events: DeclareEvent[] = []
  await declareSchedules(project.context, project.tasks, project.store, systemClock.now(), (event) =>
    events.push(event),
  )
  expect(events).toMatchObject([
    {
      kind: 'schedules-declared',
      changes: [{ change: '+', name: 'report', rule: 'every 1h (UTC)' }],
      conflicting: [{ name: 'backup' }],
      undeclared: [{ name: 'gone' }],
    },
  ])
  const stored = await project.store.schedules()
  expect(stored.map(({ name, source }) => [name, source]).sort()).toEqual([
    ['backup', 'cli'],
    ['gone', 'code'],
    ['report', 'code'],
  ])
})

test('At every start faulty schedules are named, and those made by hand whose task is not there.', async () => {
  const project = await fakeProject([taskInfo('report', { schedule: { cron: 'often' } }), taskInfo('backup')])
  await project.store.putSchedules([byHand, { ...byHand, name: 'lost', task: 'gone' }])
  const declared = async () => {
    const events: DeclareEvent[] = []
    await declareSchedules(project.context, project.tasks, project.store, systemClock.now(), (event) =>
      events.push(event),
    )
    return events
  }
  await project.store.putSchedules([{ ...byHand, task: 'backup' }])
  const unknown = [{ name: 'lost', task: 'gone' }]
  expect(await declared()).toMatchObject([{ changes: [{ name: 'report' }], faulty: [], unknown }])
  expect(await declared()).toMatchObject([{ changes: [], faulty: [{ name: 'report' }], unknown }])
})

test('After the signal nothing is stored: the processes that were asked may have been ended.', async () => {
  const project = await fakeProject(tasks)
  const signals = testSignals()
  signals.stop()
  await declareSchedules(project.context, project.tasks, project.store, systemClock.now(), () => {}, signals.graceful)
  expect(await project.store.schedules()).toEqual([])
})

test('A sync removes what left the code. While a module is faulty it removes nothing: the module may declare it.', async () => {
  const faulty = await fakeProject(tasks, [{ file: '/tasks/other.ts', message: 'SyntaxError' }])
  await faulty.store.putSchedules([newSchedule('gone')])
  const unsure = await planSync(faulty.context, faulty.tasks, faulty.store)
  expect(unsure).toMatchObject({ unsure: ['gone'], isWhole: false, changes: { removed: [] } })

  const whole = await fakeProject(tasks)
  await whole.store.putSchedules([newSchedule('gone')])
  const plan = await planSync(whole.context, whole.tasks, whole.store)
  expect(plan.items.map(({ change, name }) => change + name)).toEqual(['+report', '+backup', '-gone'])
  expect((await whole.store.schedules()).map(({ name }) => name)).toEqual(['gone'])
  await applySync(whole.store, plan)
  expect((await whole.store.schedules()).map(({ name }) => name).sort()).toEqual(['backup', 'report'])
})

test('A schedule of the code or the config names a target that the config has; otherwise it is faulty.', async () => {
  const every = { every: '1h' } as const
  const [right, wrong] = [{ ...every, notify: 'desk' } as const, { ...every, notify: 'desc' } as const]
  const named = [taskInfo('right', { schedule: right }), taskInfo('wrong', { schedule: wrong })]
  const { context, tasks } = await fakeProject(named)
  if (context.project === null) throw new Error('no project')
  const targets = parseTargets({ targets: { desk: 'tell' } })
  const { schedules } = await desiredSchedules(
    { ...context, project: { ...context.project, targets } },
    tasks,
    systemClock.now(),
  )
  expect(schedules).toMatchObject([
    { name: 'right', plan: { definition: { notify: 'desk' } }, fault: null },
    { name: 'wrong', plan: null, fault: 'schedule.notify: the config has no target "desc"; did you mean "desk"?' },
  ])
})
