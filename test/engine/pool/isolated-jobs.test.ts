import { afterEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/domain/clock.js'
import { systemClock } from '../../../src/engine/clock.js'
import type { StartHost } from '../../../src/engine/hosts/task-host.js'
import { TaskPool } from '../../../src/engine/pool/task-pool.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { claimedAttempt, idsOf, someTurns } from '../../support/attempts.js'
import { type FakeHosts, fakeHosts, taskInfo } from '../../support/fake-host.js'

const tasks = [taskInfo('hello'), taskInfo('alone', { isolation: 'own' })]

const pools: TaskPool[] = []
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end()
})

/** A pool that is ready, and passes on to itself that jobs have left, as the runner does. */
async function openPool(concurrency: number, processes: number, fakes: FakeHosts, clock: Clock = systemClock) {
  const pool = new TaskPool({ start: fakes.start, cwd: '/' }, clock, () => {})
  pools.push(pool)
  const lost: string[] = []
  const returned: string[] = []
  const missing: string[] = []
  pool.open(concurrency, processes, (slot, event) => {
    if (event.type === 'task missing') {
      missing.push(`${event.attempt.claim.job.id} ${event.wasKnown ? 'known' : 'unknown'}`)
    }
    if (event.type === 'exited') lost.push(...idsOf(event.running))
    if (event.type === 'returned') returned.push(...idsOf(event.attempts))
    if (event.type === 'finished' || event.type === 'returned' || event.type === 'exited') pool.left(slot)
  })
  await someTurns()
  return { pool, lost, returned, missing }
}

const running = ({ hosts }: FakeHosts) => hosts.map((host) => host.running)

describe('a job that must be alone', () => {
  test('Has a fresh process beside the pool, while others run on in the process that is there.', async () => {
    const fakes = fakeHosts(tasks)
    const { pool } = await openPool(3, 1, fakes)
    pool.handOver([claimedAttempt('j1')])
    pool.handOver([claimedAttempt('j2', { task: 'alone' }), claimedAttempt('j3', { suspect: true })])
    await someTurns()
    expect(running(fakes)).toEqual([['j1'], ['j2'], ['j3']])
    expect(fakes.hosts[0]?.asked).toEqual([])
  })

  test('Counts against the concurrency: it waits for nothing else, and the others run fewer meanwhile.', async () => {
    const fakes = fakeHosts(tasks)
    const { pool } = await openPool(2, 1, fakes)
    pool.handOver([claimedAttempt('j1'), claimedAttempt('j2')])
    pool.handOver([claimedAttempt('j3', { task: 'alone' })])
    await someTurns()
    expect(running(fakes)).toEqual([['j1', 'j2']])
    fakes.hosts[0]?.finish('j1')
    await someTurns()
    expect(running(fakes)).toEqual([['j2'], ['j3']])
    expect([fakes.hosts[0]?.maxRunning, pool.room(0)]).toEqual([1, 0])
    fakes.hosts[1]?.finish('j3')
    await someTurns()
    expect([fakes.hosts[0]?.maxRunning, pool.room(0)]).toEqual([2, 1])
  })

  test('As many are taken as the concurrency allows, the others come back, and the process of each ends with it.', async () => {
    const fakes = fakeHosts(tasks)
    const { pool } = await openPool(2, 1, fakes)
    const attempts = ['j1', 'j2', 'j3'].map((id) => claimedAttempt(id, { task: 'alone' }))
    expect(idsOf(pool.handOver(attempts))).toEqual(['j3'])
    await someTurns()
    expect(running(fakes)).toEqual([[], ['j1'], ['j2']])
    fakes.hosts[1]?.finish('j1')
    await someTurns()
    expect(fakes.hosts.map(({ isOver }) => isOver)).toEqual([false, true, false])
    expect(pool.room(0)).toBe(1)
  })

  test('Takes nobody along when its process dies, and no other process follows.', async () => {
    const fakes = fakeHosts(tasks)
    const { pool, lost } = await openPool(3, 1, fakes)
    pool.handOver([claimedAttempt('j1'), claimedAttempt('j2', { task: 'alone' })])
    await someTurns()
    fakes.hosts[1]?.die()
    await someTurns()
    expect([lost, running(fakes)]).toEqual([['j2'], [['j1'], []]])
    expect(pool.slots).toHaveLength(2)
  })

  test('Waits for another process if the system could not start the one that was to run it.', async () => {
    const fakes = fakeHosts(tasks, (index) => index === 1)
    const { pool, lost, returned } = await openPool(1, 1, fakes)
    pool.handOver([claimedAttempt('j1', { task: 'alone' })])
    await someTurns()
    expect([lost, returned, running(fakes)]).toEqual([[], [], [[], []]])
    fakes.hosts[1]?.die({ code: null, signal: null })
    await expect.poll(() => running(fakes)).toEqual([[], [], ['j1']])
    expect([lost, returned]).toEqual([[], []])
  })

  test('Is lost if its process dies while it loads: its own module may be why.', async () => {
    const fakes = fakeHosts(tasks, (index) => index === 1)
    const { pool, lost } = await openPool(1, 1, fakes)
    pool.handOver([claimedAttempt('j1', { task: 'alone' })])
    await someTurns()
    fakes.hosts[1]?.die({ code: null, signal: 'SIGKILL' })
    await someTurns()
    expect([lost, fakes.hosts.length, pool.room(0)]).toEqual([['j1'], 2, 1])
  })

  test('Comes back if the code that was just loaded does not have its task, which is tried again after half a minute.', async () => {
    const clock = movableClock(systemClock)
    const fakes = fakeHosts((index) => (index === 0 ? tasks : [taskInfo('hello')]))
    const { pool, missing } = await openPool(1, 1, fakes, clock)
    pool.handOver([claimedAttempt('j1', { task: 'alone' })])
    await someTurns()
    expect([missing, pool.known, pool.room(0)]).toEqual([['j1 known'], ['shell', 'hello'], 1])
    // As a foreground run does, which claims its own jobs whatever it knows.
    pool.handOver([claimedAttempt('j2', { task: 'alone' })])
    await someTurns()
    expect(missing).toEqual(['j1 known', 'j2 unknown'])
    await clock.advance(30_000)
    expect(pool.known).toEqual(['shell', 'hello', 'alone'])
  })

  test('Leaves its place to others when it is taken back.', async () => {
    const fakes = fakeHosts(tasks, (index) => index > 0)
    const { pool } = await openPool(1, 1, fakes)
    const attempt = claimedAttempt('j1', { task: 'alone' })
    pool.handOver([attempt])
    expect(pool.room(0)).toBe(0)
    pool.withdraw(attempt)
    expect(pool.room(0)).toBe(1)
  })

  test('Waits for a process that the system cannot start now, and no other job waits with it.', async () => {
    const fakes = fakeHosts(tasks)
    const clock = movableClock(systemClock)
    let starts = 0
    const start: StartHost = (emit) => {
      if (++starts === 2) throw new Error('spawn ENOMEM')
      return fakes.start(emit)
    }
    const { pool } = await openPool(3, 1, { ...fakes, start }, clock)
    expect(pool.handOver([claimedAttempt('j1', { task: 'alone' }), claimedAttempt('j2')])).toEqual([])
    await someTurns()
    expect(running(fakes)).toEqual([['j2']])
    await clock.advance(1_000)
    await someTurns()
    expect(running(fakes)).toEqual([['j2'], ['j1']])
  })

  test('Is taken back while its process loads, which then ends.', async () => {
    const fakes = fakeHosts(tasks, (index) => index > 0)
    const { pool } = await openPool(2, 1, fakes)
    const [first, second] = [claimedAttempt('j1', { task: 'alone' }), claimedAttempt('j2', { task: 'alone' })]
    pool.handOver([first, second])
    pool.withdraw(first)
    expect(pool.withdrawAll()).toEqual([second])
    await someTurns()
    expect(fakes.hosts.map(({ isOver }) => isOver)).toEqual([false, true, true])
    expect([first.handle, pool.slots.length]).toEqual([null, 2])
  })
})
