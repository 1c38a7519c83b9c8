import { afterEach, describe, expect, test } from 'vitest'
import type { StartHost } from '../../../src/engine/hosts/task-host.js'
import { TaskPool } from '../../../src/engine/pool/task-pool.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { claimedAttempt, someTurns } from '../../support/attempts.js'
import { fakeHosts, taskInfo } from '../../support/fake-host.js'

const pools: TaskPool[] = []
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end()
})

/** A pool of fake processes; those after the first are ready when a test says so. */
async function openPool(concurrency: number, processes: number) {
  const clock = movableClock()
  const fakes = fakeHosts([taskInfo('hello')], (index) => index > 0)
  const pool = new TaskPool({ start: fakes.start, cwd: '/' }, clock, () => {})
  pools.push(pool)
  const returned: string[] = []
  pool.open(concurrency, processes, (slot, event) => {
    if (event.type === 'returned') returned.push(...event.attempts.map(({ claim }) => claim.job.id))
    if (event.type === 'finished' || event.type === 'returned' || event.type === 'exited') pool.left(slot)
  })
  await someTurns()
  const first = fakes.hosts[0]
  if (first === undefined) throw new Error('no process was started')
  const handOver = async (...ids: string[]) => {
    pool.handOver(ids.map((id) => claimedAttempt(id)))
    await someTurns()
  }
  /** Time passes, and the first process reports that its loop was active for a share of it, and how many jobs it ended. */
  const pass = async (ms: number, share: number, ended: readonly string[] = []) => {
    await clock.advance(ms)
    for (const id of ended) first.finish(id, {}, (ms * share) / ended.length)
    if (ended.length === 0) first.reportActivity(ms * share)
    await someTurns()
  }
  return { clock, pool, hosts: fakes.hosts, first, handOver, pass, returned }
}

describe('task processes on demand', () => {
  test('A pool begins with one process, which has the whole concurrency.', async () => {
    const { hosts, first, handOver } = await openPool(10, 4)
    await handOver('j1', 'j2', 'j3')
    expect([hosts.length, first.maxRunning, first.running]).toEqual([1, 10, ['j1', 'j2', 'j3']])
  })

  test('A process that is busy for two windows of 40 ms gets help; one that is often idle does not.', async () => {
    const { hosts, handOver, pass } = await openPool(10, 2)
    await handOver('j1', 'j2')
    for (let window = 0; window < 5; window++) await pass(40, 0.65)
    await pass(40, 0.9)
    await pass(40, 0.5)
    await pass(40, 0.9)
    expect(hosts).toHaveLength(1)
    await pass(40, 0.9)
    expect(hosts).toHaveLength(2)
  })

  test('One long job is enough if another waits.', async () => {
    const { hosts, handOver, pass } = await openPool(10, 2)
    await handOver('j1', 'j2')
    await pass(300, 1, ['j1'])
    expect(hosts).toHaveLength(2)
  })

  test('A process whose last job was long needs no help.', async () => {
    const { hosts, handOver, pass } = await openPool(10, 2)
    await handOver('j1')
    await pass(300, 1, ['j1'])
    expect(hosts).toHaveLength(1)
  })

  test('Very short jobs keep one process, however busy it is.', async () => {
    const { hosts, handOver, pass } = await openPool(1_000, 2)
    const ids = Array.from({ length: 900 }, (_, index) => `j${index}`)
    await handOver(...ids, 'last')
    for (let window = 0; window < 3; window++) await pass(40, 1, ids.splice(0, 250))
    expect(hosts).toHaveLength(1)
  })

  test('Until the new process is ready the others keep the whole concurrency; then it gets its share, and jobs that wait.', async () => {
    const { pool, hosts, first, handOver, pass, returned } = await openPool(4, 2)
    await handOver('j1', 'j2', 'j3', 'j4', 'j5')
    await pass(100, 1)
    await pass(100, 1)
    expect([hosts.length, first.maxRunning, pool.room(0)]).toEqual([2, 4, 0])
    hosts[1]?.becomeReady()
    await someTurns()
    expect(first.maxRunning).toBe(2)
    expect(returned).toEqual(['j5'])
    first.finish('j1')
    first.finish('j2')
    await handOver('j5', 'j6')
    expect([first.running, hosts[1]?.running]).toEqual([
      ['j3', 'j4'],
      ['j5', 'j6'],
    ])
  })

  test('A process gets one job, then twice as many as have not blocked it.', async () => {
    const { pool, handOver } = await openPool(100, 2)
    expect(pool.room(0)).toBe(1)
    await handOver('j1')
    expect(pool.room(0)).toBe(2)
    await handOver('j2', 'j3')
    expect(pool.room(0)).toBe(4)
  })

  test('A new process gets its share also from one whose jobs wait because they only compute.', async () => {
    const { hosts, first, handOver, pass, returned } = await openPool(10, 2)
    first.isComputing = true
    await handOver('j1', 'j2', 'j3', 'j4')
    await pass(100, 1, ['j1'])
    hosts[1]?.becomeReady()
    await someTurns()
    expect(returned).toEqual(['j3', 'j4'])
    expect([first.maxRunning, hosts[1]?.maxRunning]).toEqual([5, 5])
    await handOver('j3', 'j4')
    expect([first.running, hosts[1]?.running]).toEqual([['j2'], ['j3']])
  })

  test('A job that blocks its process holds up none that come later, and another process is started.', async () => {
    const { clock, pool, hosts, first, handOver } = await openPool(4, 2)
    first.isStuck = true
    await handOver('j1')
    expect([pool.room(0), pool.needsJobs(0), pool.mayStall]).toEqual([0, false, true])
    await clock.advance(49)
    pool.relieve()
    expect(hosts).toHaveLength(1)
    await clock.advance(1)
    pool.relieve()
    expect(hosts).toHaveLength(2)
    hosts[1]?.becomeReady()
    await someTurns()
    expect(pool.room(0)).toBe(1)
    await handOver('j2')
    expect(hosts[1]?.running).toEqual(['j2'])
  })

  test('Jobs that wait behind a full share are no reason.', async () => {
    const { clock, pool, hosts, handOver } = await openPool(2, 2)
    await handOver('j1', 'j2', 'j3')
    await clock.advance(1_000)
    pool.relieve()
    expect(hosts).toHaveLength(1)
  })

  test('Another one is started only when the last is ready, and never more than the maximum.', async () => {
    const { hosts, handOver, pass } = await openPool(8, 3)
    await handOver('j1', 'j2')
    for (let count = 0; count < 3; count++) await pass(100, 1)
    expect(hosts).toHaveLength(2)
    hosts[1]?.becomeReady()
    await someTurns()
    await pass(100, 1)
    expect(hosts).toHaveLength(2) // the new one has no job yet
    for (let index = 2; index < 5; index++) {
      await handOver(`k${index}`, `l${index}`, `m${index}`)
      await pass(100, 1)
      hosts[index]?.becomeReady()
      await someTurns()
    }
    expect(hosts).toHaveLength(3)
  })

  test('A process without jobs for 30 s ends, but the first one stays.', async () => {
    const { clock, pool, hosts, first, handOver, pass } = await openPool(4, 2)
    await handOver('j1', 'j2')
    await pass(100, 1)
    hosts[1]?.becomeReady()
    await someTurns()
    first.finish('j1')
    await handOver('j3')
    expect(hosts[1]?.running).toEqual(['j3'])
    await clock.advance(70_000)
    expect(hosts[1]?.isOver).toBe(false)
    hosts[1]?.finish('j3')
    await clock.advance(60_000)
    await someTurns()
    expect([hosts[1]?.isOver, first.isOver, first.maxRunning]).toEqual([true, false, 4])
    expect(pool.slots.filter(({ ready }) => ready).length).toBe(2) // the first process, and the programs
    await pass(100, 1)
    await handOver('j4')
    await pass(100, 1)
    expect(hosts).toHaveLength(3)
  })

  test('A reload while a new process loads replaces that one too.', async () => {
    const { pool, hosts, handOver, pass } = await openPool(4, 2)
    await handOver('j1', 'j2')
    await pass(100, 1)
    pool.replaceAll()
    expect(hosts).toHaveLength(4)
    hosts[2]?.becomeReady()
    hosts[3]?.becomeReady()
    await someTurns()
    hosts[0]?.finish('j1')
    hosts[0]?.finish('j2')
    await handOver('j3', 'j4')
    expect([hosts[2]?.running, hosts[3]?.running]).toEqual([['j3'], ['j4']])
  })

  test('A process that the system cannot start now is started when it is needed again.', async () => {
    const clock = movableClock()
    const fakes = fakeHosts([taskInfo('hello')])
    let refusals = 1
    const start: StartHost = (emit) => {
      if (fakes.hosts.length === 1 && refusals-- > 0) throw new Error('spawn EAGAIN')
      return fakes.start(emit)
    }
    const pool = new TaskPool({ start, cwd: '/' }, clock, () => {})
    pools.push(pool)
    pool.open(4, 2, () => {})
    await someTurns()
    pool.handOver([claimedAttempt('j1')])
    await someTurns()
    for (const expected of [1, 2]) {
      await clock.advance(100)
      fakes.hosts[0]?.reportActivity(100)
      expect(fakes.hosts).toHaveLength(expected)
    }
  })

  test('A new process that lacks a task of the others takes none away: it ends, and the next one comes after 30 s.', async () => {
    const clock = movableClock()
    const fakes = fakeHosts((index) => (index === 1 ? [taskInfo('hello')] : [taskInfo('hello'), taskInfo('other')]))
    const pool = new TaskPool({ start: fakes.start, cwd: '/' }, clock, () => {})
    pools.push(pool)
    pool.open(4, 2, () => {})
    await someTurns()
    const { hosts } = fakes
    const beBusy = async () => {
      await clock.advance(100)
      hosts[0]?.reportActivity(100)
      await someTurns()
    }
    pool.handOver([claimedAttempt('j1')])
    await someTurns()
    await beBusy()
    expect([hosts.length, hosts[1]?.isOver, hosts[0]?.maxRunning]).toEqual([2, true, 4])
    expect(pool.known).toContain('other')
    await beBusy()
    expect(hosts).toHaveLength(2)
    await clock.advance(30_000)
    await beBusy()
    await beBusy()
    expect([hosts.length, hosts[2]?.isOver]).toEqual([3, false])
  })

  test('A new process that dies while it loads the tasks is given up, and no failure of the worker.', async () => {
    const { clock, pool, hosts, first, handOver, pass } = await openPool(4, 2)
    await handOver('j1', 'j2')
    await pass(100, 1)
    hosts[1]?.die()
    await clock.advance(1_000)
    await pass(100, 1)
    expect([hosts.length, first.maxRunning, pool.slots.length]).toEqual([2, 4, 2])
    await clock.advance(30_000)
    await pass(100, 1)
    await pass(100, 1)
    expect(hosts).toHaveLength(3)
  })
})
