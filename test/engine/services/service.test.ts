import { expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { loopService } from '../../../src/engine/services/service.js'
import { serviceBench, stopService } from '../../support/service.js'

test('A loop runs once, waits for as long as that says, and runs again.', async () => {
  const { clock, events, start, passed } = serviceBench()
  const runs: number[] = []
  await start(
    loopService('loop', clock, events, async () => {
      runs.push(passed())
      return 5_000
    }),
  )
  await clock.advance(12_000)
  expect(runs).toEqual([0, 5_000, 10_000])
})

test('A store that cannot be reached is reported, and asked again after a second.', async () => {
  const { clock, events, start, passed } = serviceBench()
  const reports: string[] = []
  events.on('store.unavailable', ({ error }) => reports.push(error.message))
  const runs: number[] = []
  const run = async () => {
    runs.push(passed())
    if (runs.length < 3) throw new StoreUnavailableError('E_STORE_UNAVAILABLE', 'the disk is full')
    return 60_000
  }
  await start(loopService('loop', clock, events, run))
  await clock.advance(10_000)
  expect(runs).toEqual([0, 1_000, 2_000])
  expect(reports).toEqual(['the disk is full', 'the disk is full'])
})

test('Any other error ends the loop, and is reported with its name.', async () => {
  const { clock, events, start } = serviceBench()
  const failures: unknown[] = []
  events.on('service.failed', (failure) => failures.push(failure))
  const error = new Error('a bug')
  let runs = 0
  const run = async () => {
    runs++
    throw error
  }
  await start(loopService('loop', clock, events, run))
  await clock.advance(10_000)
  expect([runs, failures]).toEqual([1, [{ service: 'loop', error }]])
})

test('A stop ends the wait, and the loop; twice is fine.', async () => {
  const { clock, events, start } = serviceBench()
  let runs = 0
  const loop = loopService('loop', clock, events, async () => {
    runs++
    return 60_000
  })
  await start(loop)
  await stopService(loop, clock)
  await stopService(loop, clock)
  await clock.advance(600_000)
  expect(runs).toBe(1)
})
