import { expect, test } from 'vitest'
import { commandOf, questionOf } from '../../src/tui/model/actions.js'
import { keysShown } from '../../src/tui/model/rows.js'
import { TestMonitor } from '../support/monitor.js'
import { emptyStore, failingStore, History, type SampleStore } from '../support/sample-stores.js'

/** Makes a job of mail.send fail with a message. */
async function fail(sample: SampleStore, message: string, args: object): Promise<void> {
  const history = new History(sample)
  const worker = await history.worker({})
  await history.fail(worker, { task: 'mail.send', maxRetries: 0, argsJson: JSON.stringify([args]) }, 1, {
    name: 'Error',
    message,
  })
}

const lastAct = (monitor: TestMonitor) => {
  const effect = monitor.effects.at(-1)
  return effect?.type === 'act' ? commandOf(effect.action) : null
}

test('What cannot be undone asks with its count, and only y does it.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('3', 'x', 'x', 'C')
  const question = monitor.state.question
  expect(question === null ? null : questionOf(question)).toBe('cancel 2 jobs?')
  expect(monitor.text()).toMatch(/cancel 2 jobs\? \[y\/N\] +offstage jobs cancel j162 j161/)
  await monitor.press('n')
  expect(monitor.effects).toEqual([])
  await monitor.press('C', 'y')
  expect(lastAct(monitor)).toBe('offstage jobs cancel j162 j161')
})

test('Enter and space do not answer yes.', async () => {
  const monitor = new TestMonitor(await failingStore())
  for (const key of ['enter', 'space', 'escape', 'q']) {
    await monitor.press('3', 'C', key)
    expect(monitor.state.question).toBeNull()
  }
  expect(monitor.effects).toEqual([])
})

test('Jobs whose state does not fit are left out, and the foot says so if none is left.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('3', 'R')
  expect(monitor.state.question).toBeNull()
  expect(monitor.text()).toContain('only failed and cancelled jobs can be retried')
  await monitor.press('A', 'R', 'y')
  expect(lastAct(monitor)?.split(' ')).toHaveLength(3 + 22)
})

test('Pausing asks nothing; the next press resumes.', async () => {
  const sample = await failingStore()
  const monitor = new TestMonitor(sample)
  await monitor.press('2', 'G', 'p')
  expect(lastAct(monitor)).toBe('offstage queues pause mail')
  await sample.store.pauseQueues(['mail'])
  monitor.ended()
  await monitor.look()
  await monitor.press('p')
  expect(lastAct(monitor)).toBe('offstage queues resume mail')
  monitor.ended()
  await monitor.press('5', 'p')
  expect(lastAct(monitor)).toBe('offstage schedule pause logs.clean')
  monitor.ended()
  await monitor.press('t', 'y')
  expect(lastAct(monitor)).toBe('offstage schedule trigger logs.clean')
})

test('R on a group counts its jobs first; the command has the task and the error.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('6', 'j', 'R')
  const effect = monitor.effects.at(-1)
  expect(effect).toMatchObject({
    type: 'count',
    group: { task: 'mail.send', error: 'Error: # too many connections' },
  })
  await monitor.count()
  expect(monitor.text()).toContain('retry 20 jobs? [y/N]')
  expect(monitor.text()).toContain("offstage jobs retry --task mail.send --error 'Error: # too many connections'")
})

test('A count that comes late asks nothing: not over another question, another row, a filter, the help or another view.', async () => {
  for (const keys of [['3', 'C'], ['k'], ['/'], ['?'], ['5'], ['2', 'p']]) {
    const monitor = new TestMonitor(await failingStore())
    await monitor.press('6', 'j', 'R')
    const count = monitor.effects.at(-1)
    await monitor.press(...keys)
    const before = monitor.text()
    await monitor.count(count)
    expect(monitor.text(), keys.join(' ')).toBe(before)
    expect(monitor.state.question?.kind).not.toBe('retry-group')
  }
})

test('The question says how many jobs have another error than the group, and y retries those that were counted.', async () => {
  const sample = emptyStore()
  await fail(sample, 'bad token hunter-one', { token: 'hunter-one' })
  await fail(sample, 'refused', {})
  await fail(sample, 'hunter-two', { token: 'hunter-two' })
  await fail(sample, 'hunter-three', { token: 'hunter-three' })
  const monitor = new TestMonitor(sample)
  await monitor.press('6')
  expect(keysShown(monitor.state)).toHaveLength(4)
  expect(monitor.text()).toContain('Error: ***')
  expect(monitor.text()).not.toContain('hunter')
  await monitor.press('R')
  await monitor.count()
  expect(monitor.text()).toContain('retry 4 jobs, 3 of them with another error? [y/N]')
  await fail(sample, 'late', {})
  await monitor.press('y')
  expect(monitor.effects.at(-1)).toMatchObject({ type: 'act', action: { ids: ['j1', 'j2', 'j3', 'j4'] } })
  expect(lastAct(monitor)).toBe('offstage jobs retry --task mail.send --error Error:')
})

test('A large group is counted with turns for the keys, and in full.', async () => {
  const sample = emptyStore()
  const history = new History(sample)
  const worker = await history.worker({})
  await history.fail(worker, { task: 'mail.send', maxRetries: 0 }, 1_700, { name: 'Error', message: '1 refused' })
  const monitor = new TestMonitor(sample)
  await monitor.press('6', 'R')
  let turns = 0
  const turn = () => {
    turns += 1
    immediate = setImmediate(turn)
  }
  let immediate = setImmediate(turn)
  await monitor.count()
  clearImmediate(immediate)
  expect(turns).toBeGreaterThan(2)
  expect(monitor.text()).toContain('retry 1,700 jobs? [y/N]')
})

test('While an action is under way, no other one begins.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('2', 'p', 'j', 'p')
  expect(monitor.text()).toContain('an action is under way')
  await monitor.press('6', 'R', '3', 'C')
  expect(monitor.effects).toHaveLength(1)
  expect(monitor.state.question).toBeNull()
  monitor.ended()
  await monitor.press('C')
  expect(monitor.state.question).not.toBeNull()
})

test('In the history of a schedule the keys are about that schedule, and the list below does not move.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('5', 'enter')
  const shown = monitor.state.schedule
  await monitor.press('j', 'G', 'p')
  expect(lastAct(monitor)).toBe(`offstage schedule pause ${shown}`)
  monitor.ended()
  await monitor.press('t', 'y')
  expect(lastAct(monitor)).toBe(`offstage schedule trigger ${shown}`)
  await monitor.press('y')
  expect(monitor.effects.at(-1)).toEqual({ type: 'copy', text: shown })
})

test('A job that is open is what the keys are about, whatever else is selected.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('3', 'x', 'x', 'enter', 'C', 'y')
  expect(lastAct(monitor)).toBe('offstage jobs cancel j160')
})

test('Under the help no key acts or moves.', async () => {
  const monitor = new TestMonitor(await failingStore())
  for (const key of ['p', 'j', 'x', '3', '/', 's', 'space', 'C']) {
    await monitor.press('2')
    const before = monitor.state
    await monitor.press('?', key, 'escape')
    expect({ ...monitor.state, data: before.data, now: before.now, message: before.message }, key).toEqual(before)
  }
  expect(monitor.effects).toEqual([])
})

test('What an action did is no longer selected, and what it could not do stays.', async () => {
  const monitor = new TestMonitor(await failingStore())
  await monitor.press('3', 'x', 'x', 'x', 'C', 'y')
  monitor.dispatch({ type: 'acted', answer: { text: 'cancelled 2 jobs', isGood: true, done: ['j162', 'j161'] } })
  expect([...monitor.state.jobs.selected]).toEqual(['j160'])
  expect(monitor.text()).toMatch(/cancelled 2 jobs +offstage jobs cancel/)
})

test('Read-only: keys that act do nothing and are not in the bar.', async () => {
  const monitor = new TestMonitor(await failingStore(), { isReadOnly: true })
  for (const keys of [
    ['3', 'C'],
    ['2', 'p'],
    ['5', 't'],
    ['6', 'R'],
  ])
    await monitor.press(...keys)
  expect(monitor.effects).toEqual([])
  expect(monitor.state.question).toBeNull()
  await monitor.press('3')
  expect(monitor.text()).not.toContain('C cancel')
  expect(monitor.text()).toContain('read-only')
})

test('The command of a question is whole on a narrow screen.', async () => {
  for (const [columns, rows] of [
    [60, 24],
    [40, 10],
  ] as const) {
    const monitor = new TestMonitor(await failingStore(), { columns, rows })
    await monitor.press('6', 'j', 'R')
    await monitor.count()
    expect(monitor.text()).toContain('retry 20 jobs? [y/N]')
    const command = monitor.text().replace(/ \\ *\n/g, ' ')
    expect(command).toContain("offstage jobs retry --task mail.send --error 'Error: # too many connections'")
  }
})
