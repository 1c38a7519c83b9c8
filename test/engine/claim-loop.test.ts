import { expect, test } from 'vitest'
import { notifyTask } from '../../src/domain/notification.js'
import { ClaimLoop } from '../../src/engine/claim-loop.js'
import { Deliveries, maxDeliveries } from '../../src/engine/deliveries.js'
import { EngineEmitter } from '../../src/engine/events.js'
import type { Prefetch } from '../../src/engine/pool/prefetch.js'
import type { TaskPool } from '../../src/engine/pool/task-pool.js'
import type { Claim } from '../../src/stores/store.js'
import { someTurns } from '../support/attempts.js'

/** A loop over a pool with `room`. Each claim takes a turn, and finds as many jobs as `waiting` has when it begins. */
function claiming(room: number, claimsAtMost?: number) {
  const state = { room, waiting: 0 }
  const taken: number[] = []
  const store = {
    ...(claimsAtMost === undefined ? {} : { claimsAtMost }),
    async claim({ limit }: { readonly limit: number }) {
      const found = Math.min(limit, state.waiting)
      state.waiting -= found
      await new Promise((resolve) => setImmediate(resolve))
      return Array.from({ length: found }, () => ({}) as Claim)
    },
  }
  const pool = { needsJobs: () => state.room > 0, room: () => state.room, known: [] } as unknown as TaskPool
  const deliveries = new Deliveries(pool, 1)
  const loop = new ClaimLoop(
    store,
    pool,
    { ahead: 0 } as Prefetch,
    new EngineEmitter(),
    null,
    deliveries,
    'w1',
    (claims) => {
      taken.push(claims.length)
      state.room -= claims.length
    },
  )
  return { loop, state, taken, store }
}

test('A claim that takes fewer jobs than there is room for leaves nothing behind.', async () => {
  const { loop, state, taken } = claiming(3)
  state.waiting = 2
  await loop.claim()
  await someTurns()
  expect([taken, loop.mayFindMore]).toEqual([[2], false])
})

test('A store that starts few jobs at a time is asked for several parts at once, and again after the last of them.', async () => {
  const { loop, state, taken } = claiming(5, 2)
  state.waiting = 4
  await loop.claim()
  expect([taken, loop.mayFindMore]).toEqual([[2, 2, 0], true])
  await someTurns()
  expect([taken, loop.mayFindMore]).toEqual([[2, 2, 0, 0], false])
})

test('A part that fails keeps no jobs of others from being run.', async () => {
  const { loop, state, taken, store } = claiming(5, 2)
  state.waiting = 5
  const claim = store.claim
  store.claim = async (request) => {
    store.claim = claim
    throw new Error(`no ${request.limit}`)
  }
  await expect(loop.claim()).rejects.toThrow('no 2')
  expect(taken).toEqual([2, 1])
})

test('There may be more behind a claim that fills the room, and while there is no room.', async () => {
  const { loop, state, taken } = claiming(2)
  state.waiting = 5
  await loop.claim()
  await someTurns()
  expect([taken, loop.mayFindMore]).toEqual([[2], true])
  state.room = 4
  await loop.claim()
  await someTurns()
  expect([taken, loop.mayFindMore]).toEqual([[2, 3], false])
})

test('A claim that is asked for during another one follows it: what was stored meanwhile is found.', async () => {
  const { loop, state, taken } = claiming(3)
  const first = loop.claim()
  state.waiting = 1
  expect(await loop.claim()).toBe(0)
  await first
  await someTurns()
  expect(taken).toEqual([0, 1])
})

test('Deliveries are claimed apart, and left out while as many run as may; without them there is one request for all.', () => {
  const pool = { known: ['a', notifyTask], deliveries: 0 }
  const deliveries = new Deliveries(pool, maxDeliveries(10))
  const asked = (shares?: []) => {
    const queues = shares === undefined ? null : { strict: false, shares }
    return deliveries.requests({ worker: 'w1', queues, limit: 10 }).map(({ tasks, limit }) => [tasks, limit])
  }
  expect(asked()).toEqual([
    [[notifyTask], 2],
    [['a'], 10],
  ])
  pool.deliveries = 1
  expect(asked()[0]).toEqual([[notifyTask], 1])
  expect(deliveries.areAtMost).toBe(false)
  pool.deliveries = 2
  expect(asked()).toEqual([[['a'], 10]])
  expect(deliveries.areAtMost).toBe(true)
  expect(asked([])).toEqual([[['a', notifyTask], 10]])
  pool.known = ['a']
  expect(asked()).toEqual([[['a'], 10]])
  expect(deliveries.areAtMost).toBe(false)
  pool.known = ['a', notifyTask]
  pool.deliveries = 0
  const own = { strict: true, shares: [{ name: 'mail', weight: 5 }] }
  const requests = deliveries.requests({ worker: 'w1', queues: own, limit: 10 })
  expect(requests.map(({ queues }) => queues?.shares.map(({ name }) => name))).toEqual([
    ['mail', 'offstage.notify'],
    ['mail'],
  ])
  expect([1, 4, 5, 9, 10, 100].map(maxDeliveries)).toEqual([1, 1, 1, 1, 2, 2])
})
