import { expect, test } from 'vitest'
import { pruner } from '../../../src/engine/services/pruner.js'
import { retentionOf } from '../../support/retention.js'
import { serviceBench, stopService } from '../../support/service.js'

/** A store that has so much to prune. */
function full(passed: () => number, left: number) {
  const prunes: number[] = []
  let maintained = 0
  return {
    prunes,
    maintained: () => maintained,
    async prune(_: unknown, limit: number) {
      prunes.push(passed())
      const pruned = Math.min(left, limit)
      left -= pruned
      return pruned
    },
    async maintain() {
      maintained++
    },
  }
}

test('It prunes in batches with pauses between them, and looks again after ten seconds.', async () => {
  const { clock, events, start, passed } = serviceBench()
  const store = full(passed, 2_500)
  await start(pruner(store, retentionOf(), clock, events))
  await clock.advance(10_039)
  expect(store.prunes).toEqual([0, 20, 40])
  await clock.advance(1)
  expect(store.prunes).toEqual([0, 20, 40, 10_040])
  expect(store.maintained()).toBe(2)
})

test('A stop does not wait for the remaining batches.', async () => {
  const { clock, events, start, passed } = serviceBench()
  const store = full(passed, 1_000_000)
  const service = pruner(store, retentionOf(), clock, events)
  await start(service)
  await clock.advance(30)
  await stopService(service, clock)
  await clock.advance(60_000)
  expect(store.prunes).toEqual([0, 20])
})
