import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { TaskPool } from '../../../src/engine/pool/task-pool.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { claimedAttempt, someTurns } from '../../support/attempts.js'
import { fakeHosts, taskInfo } from '../../support/fake-host.js'

const pools: TaskPool[] = []
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end()
})

async function openPool(concurrency: number, processes: number, tasks = [taskInfo('hello')]) {
  const fakes = fakeHosts(tasks)
  const clock = movableClock()
  const pool = new TaskPool({ start: fakes.start, cwd: '/' }, clock, () => {})
  pools.push(pool)
  pool.open(concurrency, processes, (slot, event) => {
    if (event.type === 'finished' || event.type === 'returned' || event.type === 'exited') pool.left(slot)
  })
  await someTurns()
  const running = () => fakes.hosts.map((host) => host.running)
  /** Starts one more process, as a busy one makes the pool do, and leaves all without jobs. */
  const grow = async () => {
    pool.handOver(attempts('busy'))
    await someTurns()
    const busy = fakes.hosts.find((host) => host.running.includes('busy'))
    await clock.advance(100)
    busy?.reportActivity(100)
    await someTurns()
    busy?.finish('busy')
    await someTurns()
  }
  return { pool, hosts: fakes.hosts, running, grow }
}

const attempts = (...ids: string[]) => ids.map((id) => claimedAttempt(id))

describe('the processes of a pool', () => {
  test('Share the concurrency evenly, and jobs go to the one that is filled least.', async () => {
    const { pool, hosts, running, grow } = await openPool(5, 2)
    await grow()
    expect([pool.room(0), pool.needsJobs(0)]).toEqual([3, true])
    pool.handOver(attempts('j1', 'j2', 'j3', 'j4', 'j5'))
    await someTurns()
    expect(running()).toEqual([
      ['j1', 'j3', 'j5'],
      ['j2', 'j4'],
    ])
    expect(hosts.map(({ maxRunning }) => maxRunning)).toEqual([3, 2])
    expect([pool.room(0), pool.room(10), pool.needsJobs(10)]).toEqual([0, 10, true])
  })

  test('Are never more than jobs may run at once.', async () => {
    const { hosts, grow } = await openPool(2, 8)
    await grow()
    await grow()
    expect(hosts).toHaveLength(2)
  })

  test('A replaced process drains beside its successor; together they run no more jobs than before.', async () => {
    const { pool, hosts, running } = await openPool(2, 1)
    pool.handOver(attempts('j1', 'j2', 'j3'))
    await someTurns()
    pool.replaceAll()
    await someTurns()
    expect([running(), hosts[0]?.waiting]).toEqual([[['j1', 'j2'], []], []])
    expect([pool.room(0), pool.needsJobs(0)]).toEqual([0, false])
    hosts[0]?.finish('j1')
    expect(pool.handOver(attempts('j4'))).toEqual([])
    await someTurns()
    expect(running()).toEqual([['j2'], ['j4']])
    hosts[0]?.finish('j2')
    expect([hosts[0]?.isOver, hosts[1]?.maxRunning]).toEqual([true, 2])
  })

  test('Programs are claimed twice as many at a time, since none holds up another.', async () => {
    const { pool } = await openPool(10, 1)
    const programs = (...ids: string[]) => ids.map((id) => claimedAttempt(id, { task: 'shell', argsJson: '["true"]' }))
    expect(pool.room(0)).toBe(1)
    pool.handOver(programs('j1'))
    expect(pool.room(0)).toBe(2)
    pool.handOver(programs('j2', 'j3'))
    expect(pool.room(0)).toBe(4)
    pool.handOver(programs('j4', 'j5', 'j6', 'j7'))
    expect(pool.room(0)).toBe(3)
    pools.length = 0 // its clock stands still, and the end of programs waits for it
  })

  test('Take nothing while they are loading or gone: what was claimed for them comes back.', async () => {
    const { pool, hosts } = await openPool(1, 1)
    hosts[0]?.die()
    const late = attempts('j1')
    expect(pool.handOver(late)).toEqual(late)
  })

  test('Tasks are known that all of them have, and the built-in one.', async () => {
    const { pool } = await openPool(1, 1, [taskInfo('a'), taskInfo('b')])
    expect([pool.known, pool.task('a')?.kind, pool.task('shell')?.kind]).toEqual([
      ['shell', 'a', 'b'],
      'function',
      'command',
    ])
  })

  test('In the very process of the worker no job can be alone.', async () => {
    const fakes = fakeHosts([taskInfo('hello')])
    const pool = new TaskPool({ start: fakes.start, isInline: true, cwd: '/' }, systemClock, () => {})
    pools.push(pool)
    pool.open(2, 1, () => {})
    await someTurns()
    pool.handOver([claimedAttempt('j1'), claimedAttempt('j2', { suspect: true })])
    await someTurns()
    expect(fakes.hosts.map((host) => host.running)).toEqual([['j1', 'j2']])
  })

  test('Processes that end are still those of the pool, and are killed with it.', async () => {
    const { pool, hosts } = await openPool(2, 1)
    const host = hosts[0]
    if (host === undefined) throw new Error('there is no host')
    let isKilled = false
    host.end = () => new Promise(() => {})
    host.killNow = () => {
      isKilled = true
    }
    pool.replaceAll()
    pool.killNow()
    expect(isKilled).toBe(true)
    pools.length = 0 // it never ends by itself
  })

  test('None is started after the end of the pool, whatever a process still reports.', async () => {
    const { pool, hosts } = await openPool(2, 1)
    const ended = pool.end()
    hosts[0]?.askForRecycle()
    await ended
    expect(hosts).toHaveLength(1)
  })
})
