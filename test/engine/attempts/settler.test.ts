import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { attemptOf } from '../../../src/engine/attempts/running-attempt.js'
import { Settler } from '../../../src/engine/attempts/settler.js'
import { systemClock } from '../../../src/engine/clock.js'
import { EngineEmitter } from '../../../src/engine/events.js'
import { openSqliteStore } from '../../../src/stores/sqlite/store.js'
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
