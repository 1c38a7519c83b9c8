import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { attemptOf } from '../../../src/engine/attempts/running-attempt.js'
import { Settler } from '../../../src/engine/attempts/settler.js'
import { systemClock } from '../../../src/engine/clock.js'
import { EngineEmitter } from '../../../src/engine/events.js'
import { openSqliteStore } from '../../../src/stores/sqlite/store.js'
import type { Store } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { runningAttempt } from '../../support/attempts.js'
import { temporaryFolder } from '../../support/folder.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

test('an end that cannot be stored does not take its neighbours along.', async () => {
  const store = openSqliteStore({ path: join(folder.path, 'jobs.db'), durability: 'full' }, systemClock)
  try {
    const worker = await store.register(newWorker(systemClock))
    await store.enqueue([newJob(), newJob(), newJob()])
    const claims = await store.claim({ worker, queues: null, limit: 3 })
    const events = new EngineEmitter()
    const failures: string[] = []
    events.on('service.failed', ({ service }) => failures.push(service))
    const idle = new Promise<void>((resolve) => {
      const settler = new Settler(store, systemClock, events, resolve)
      const good = outcomesAt(systemClock).completed()
      const bad = { ...good, startedAt: 0.5 } // the file takes whole milliseconds only
      settler.settle(claims.map((claim, index) => ({ attempt: attemptOf(claim), outcome: index === 1 ? bad : good })))
    })
    await idle
    expect(failures).toEqual(['settler'])
    const { items } = await store.jobs({}, { limit: 10, after: null })
    expect(items.map(({ id, state }) => [id, state])).toEqual([
      ['j3', 'completed'],
      ['j2', 'running'],
      ['j1', 'completed'],
    ])
  } finally {
    await store.close()
  }
})

/** A store that refuses so many times. */
function refusing(times: number) {
  const clock = movableClock()
  const from = clock.now()
  const asked: number[] = []
  const settle: Store['settle'] = async (ends) => {
    asked.push(clock.now() - from)
    if (asked.length <= times) throw new StoreUnavailableError('E_STORE_UNAVAILABLE', 'the disk is full')
    return ends.map(() => 'settled')
  }
  const events = new EngineEmitter()
  let settled = 0
  events.on('attempt.settled', () => settled++)
  const settler = new Settler({ settle }, clock, events, () => {})
  settler.settle([{ attempt: runningAttempt(), outcome: outcomesAt(clock).completed() }])
  return { clock, settler, asked, settled: () => settled }
}

test('An end that the store refuses is tried again every half second, for hours.', async () => {
  const { clock, settler, asked, settled } = refusing(10_000)
  await clock.advance(0)
  await clock.advance(5_000_000 - 1, 500)
  expect([settler.busy, settled()]).toEqual([true, 0])
  await clock.advance(500)
  expect([settler.busy, settled()]).toEqual([false, 1])
  expect(asked.slice(0, 3)).toEqual([0, 500, 1_000])
})

test('A settler that gives up tries no more, and does not wait.', async () => {
  const { clock, settler, asked } = refusing(10_000)
  await clock.advance(100)
  settler.giveUp()
  await clock.advance(0)
  expect(settler.busy).toBe(false)
  await clock.advance(10_000)
  expect(asked).toEqual([0, 100])
})
