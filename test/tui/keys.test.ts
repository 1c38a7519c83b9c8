import { describe, expect, test } from 'vitest'
import { namesOfKeys } from '../../src/tui/keys.js'
import { keyTable } from '../../src/tui/model/keys.js'
import { cursorRow, jobsShown, keysShown } from '../../src/tui/model/rows.js'
import { newJob } from '../support/job.js'
import { TestMonitor } from '../support/monitor.js'
import { busyStore, emptyStore, failingStore, History } from '../support/sample-stores.js'

const noKey = {} as Parameters<typeof namesOfKeys>[1]

describe('moving', () => {
  test('Digits and tab show the views, and esc goes back to the view before.', async () => {
    const monitor = new TestMonitor(await busyStore())
    await monitor.press('6')
    expect(monitor.state.view).toBe('failures')
    await monitor.press('tab')
    expect(monitor.state.view).toBe('overview')
    await monitor.press('shift-tab', '2', 'enter')
    expect(monitor.state.view).toBe('jobs')
    expect(monitor.text()).toContain('Jobs › default')
    await monitor.press('escape')
    expect(monitor.state.view).toBe('queues')
  })

  test('The cursor stays with its job when others come, and with its row when the job goes.', async () => {
    const sample = await failingStore()
    const monitor = new TestMonitor(sample)
    await monitor.press('3', 'j', 'j')
    const id = jobsShown(monitor.state)[2]?.id ?? ''
    await sample.store.enqueue([newJob(), newJob()])
    await monitor.look()
    expect(jobsShown(monitor.state)[cursorRow(monitor.state)]?.id).toBe(id)
    expect(cursorRow(monitor.state)).toBe(4)
    await sample.store.cancel([id])
    await sample.store.remove([id])
    await monitor.look()
    expect(cursorRow(monitor.state)).toBe(4)
    expect(keysShown(monitor.state)).not.toContain(id)
  })

  test('The cursor stays with its job when more come than are listed.', async () => {
    const sample = emptyStore()
    await sample.store.enqueue([newJob()])
    const monitor = new TestMonitor(sample)
    await monitor.press('3')
    await sample.store.enqueue(Array.from({ length: 600 }, () => newJob()))
    await monitor.look()
    await monitor.press('C')
    expect(monitor.text()).toContain('cancel j1? [y/N]')
    await monitor.press('n')
    await sample.store.cancel(['j1'])
    await sample.store.remove(['j1'])
    await monitor.look()
    expect(keysShown(monitor.state)).not.toContain('j1')
  })

  test('The cursor stops at both ends, and a page is as long as the list.', async () => {
    const monitor = new TestMonitor(await busyStore(), { rows: 20 })
    await monitor.press('3', 'k', 'up')
    expect(cursorRow(monitor.state)).toBe(0)
    await monitor.press('pagedown')
    expect(cursorRow(monitor.state)).toBe(12)
    await monitor.press('G', 'G', 'down') // the first one has read more
    expect(cursorRow(monitor.state)).toBe(jobsShown(monitor.state).length - 1)
    await monitor.press('g')
    expect(cursorRow(monitor.state)).toBe(0)
  })

  test('Enter opens what belongs to a row: the jobs of a worker and of a group, and the history of a schedule.', async () => {
    const monitor = new TestMonitor(await failingStore())
    await monitor.press('6', 'j', 'enter')
    expect(jobsShown(monitor.state).map(({ state }) => state)).toContain('failed')
    expect(jobsShown(monitor.state)).toHaveLength(20)
    await monitor.press('5', 'j', 'enter')
    expect(monitor.text()).toContain('report.nightly  next (UTC)')
    await monitor.press('escape', '4', 'enter')
    expect(jobsShown(monitor.state).every(({ worker }) => worker === 'w1')).toBe(true)
  })
})

test('The jobs of a worker are not those of one whose id begins alike.', async () => {
  const sample = emptyStore()
  const history = new History(sample)
  await history.enqueue({}, 10)
  for (let count = 0; count < 10; count += 1) await history.start(await history.worker({}), 1, null)
  const monitor = new TestMonitor(sample)
  await monitor.press('4', 'enter')
  expect(jobsShown(monitor.state).map(({ worker }) => worker)).toEqual(['w1'])
  expect(monitor.text()).toContain('Jobs › running › w1')
  await monitor.press('escape')
  expect(monitor.state.view).toBe('workers')
})

describe('finding', () => {
  test('A filter is typed, and with ! first it turns around. Esc clears it.', async () => {
    const monitor = new TestMonitor(await failingStore())
    await monitor.press('3', '/', ...'legacy')
    expect(jobsShown(monitor.state)).toHaveLength(7)
    await monitor.press('enter', 'j')
    expect(monitor.state.typing).toBeNull()
    expect(monitor.text()).toContain('Jobs › /legacy')
    await monitor.press('/', ...Array.from({ length: 6 }, () => 'backspace'), '!', ...'legacy', 'enter')
    expect(jobsShown(monitor.state).some(({ queue }) => queue === 'legacy')).toBe(false)
    await monitor.press('escape')
    expect(monitor.state.filters.jobs).toBe('')
  })

  test('What is typed into a filter is no key, and a filter without a match says so.', async () => {
    const monitor = new TestMonitor(await busyStore())
    await monitor.press('2', '/', 'q', 'p', 'space', 'x')
    expect(monitor.effects).toEqual([])
    expect(monitor.text()).toContain('Nothing matches /qp x; esc clears the filter')
  })

  test('s goes through the orders of a view.', async () => {
    const monitor = new TestMonitor(await failingStore())
    await monitor.press('2', 's')
    expect(keysShown(monitor.state)[0]).toBe('legacy')
    expect(monitor.text()).toContain('sort: queued')
    await monitor.press('s', 's', 's')
    expect(monitor.text()).toContain('sort: name')
  })
})

describe('the picture', () => {
  test('Frozen it stands still, and goes on after the next space.', async () => {
    const sample = await busyStore()
    const monitor = new TestMonitor(sample)
    await monitor.press('2', 'space')
    await sample.store.enqueue([newJob({ queue: 'new' })])
    await monitor.look()
    expect(monitor.text()).toContain('‖ frozen')
    expect(monitor.text()).not.toContain('new')
    await monitor.press('space')
    expect(monitor.text()).toContain('new')
  })

  test('Frozen it still shows another view, a row behind it and another job, as they are at that moment.', async () => {
    const sample = await failingStore()
    const monitor = new TestMonitor(sample)
    await monitor.press('2', 'space', '3')
    expect(monitor.text()).toContain('j162')
    await monitor.press('j')
    expect(monitor.text()).toContain('── j161')
    expect(monitor.text()).not.toContain('reading')
    await sample.store.enqueue([newJob()])
    await monitor.look()
    expect(monitor.text()).not.toContain('j163')
    await monitor.press('5', 'enter')
    expect(monitor.text()).toContain('logs.clean  next (Europe/Berlin)')
    await monitor.press('6')
    expect(monitor.text()).toContain('last 24h: ')
    expect(monitor.text()).toContain('‖ frozen')
  })

  test('A command that runs is shown as it was typed, with its secrets masked.', async () => {
    const sample = emptyStore()
    const history = new History(sample)
    const worker = await history.worker({})
    await history.enqueue({ task: 'shell', argsJson: '["./backup.sh","--token","hunter2"]' }, 1)
    await history.start(worker, 1, null)
    const monitor = new TestMonitor(sample)
    for (const view of ['1', '4']) {
      await monitor.press(view)
      expect(monitor.text()).toMatch(/j1 \.\/backup\.sh --token '?\*\*\*/)
      expect(monitor.text()).not.toContain('hunter2')
    }
  })

  test('A store that does not answer leaves the last picture, with its age.', async () => {
    const sample = await busyStore()
    const monitor = new TestMonitor(sample)
    await monitor.press('2')
    monitor.dispatch({ type: 'unread', reason: 'store x: the file is gone', at: sample.clock.now() + 12_000 })
    expect(monitor.text()).toContain('▲ 12s old')
    expect(monitor.text()).toContain('store x: the file is gone')
    expect(monitor.text()).toContain('images')
  })

  test('The detail of the job at the cursor has why, arguments without secrets, attempts and output.', async () => {
    const sample = await failingStore()
    const monitor = new TestMonitor(sample)
    await monitor.press('3')
    expect(monitor.text()).toContain('queued on mail')
    expect(monitor.text()).toContain('"token":"***"')
    expect(monitor.text()).not.toContain('hunter2')
    await monitor.press('/', ...'failed', 'enter', 'j', 'enter', 'a')
    expect(monitor.text()).toContain('at send (/srv/shop/tasks/mail.ts:31:11)')
  })

  test('The log fills the screen, follows, and can be scrolled back.', async () => {
    const sample = emptyStore()
    const { store, clock } = sample
    const [job] = await store.enqueue([newJob({ dueAt: clock.now() })])
    const worker = await store.register({
      process: { pid: 1, startTicks: 1 },
      host: 'h',
      bootId: clock.bootId,
      pidNamespace: null,
      concurrency: 1,
      queues: null,
      tasks: null,
      scheduler: false,
      embedded: false,
    })
    const [claim] = await store.claim({ worker, queues: null, limit: 1 })
    if (claim === undefined) throw new Error('nothing to claim')
    const print = (from: number, to: number) => {
      const output = Array.from({ length: to - from }, (_, index) => ({
        line: from + index,
        at: clock.now(),
        stream: 'stdout' as const,
        text: `line-${from + index}-`,
      }))
      return store.append([{ lease: claim.lease, progress: null, output, forget: null, usage: null }])
    }
    await print(1, 101)
    const monitor = new TestMonitor(sample)
    await monitor.press('3', 'l')
    expect(monitor.text()).toContain('line-100-')
    expect(monitor.text()).toContain(`offstage jobs logs -f ${job?.id}`)
    await print(101, 103)
    await monitor.look()
    expect(monitor.text()).toContain('line-102-')
    await monitor.press('g')
    expect(monitor.text()).toContain('line-1-')
    expect(monitor.text()).not.toContain('line-102-')
  })

  test('The help has every key of the table.', async () => {
    const monitor = new TestMonitor(emptyStore(), { rows: 60 })
    await monitor.press('?')
    for (const { help } of keyTable) expect(monitor.text()).toContain(help.slice(0, 60))
    await monitor.press('escape')
    expect(monitor.state.helpRow).toBeNull()
  })
})

test('On a small screen j and k move the help.', async () => {
  const monitor = new TestMonitor(emptyStore(), { columns: 80, rows: 24 })
  await monitor.press('?')
  expect(monitor.text()).toContain('j and k move this')
  expect(monitor.text()).not.toContain('quits; so does Ctrl-C')
  await monitor.press('pagedown', 'pagedown', 'pagedown')
  expect(monitor.text()).toContain('quits; so does Ctrl-C')
  expect(monitor.text()).toContain('warning')
  await monitor.press('pageup', 'pageup', 'pageup')
  expect(monitor.text()).toContain('opens the row')
})

test('Keys that come at one time are taken one by one.', () => {
  expect(namesOfKeys('jx ', noKey)).toEqual(['j', 'x', 'space'])
  expect(namesOfKeys('', { ...noKey, upArrow: true })).toEqual(['up'])
  expect(namesOfKeys('c', { ...noKey, ctrl: true })).toEqual(['ctrl-c'])
  expect(namesOfKeys('', { ...noKey, tab: true, shift: true })).toEqual(['shift-tab'])
})

test('No two keys of the table hold at one place.', async () => {
  const monitor = new TestMonitor(await failingStore())
  for (const view of ['1', '2', '3', '4', '5', '6']) {
    await monitor.press(view)
    const held = keyTable.filter((key) => key.holds(monitor.state)).flatMap(({ keys }) => keys)
    expect(new Set(held).size, view).toBe(held.length)
  }
})
