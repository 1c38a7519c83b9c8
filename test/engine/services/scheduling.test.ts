import { expect, test } from 'vitest'
import { scheduling } from '../../../src/engine/services/scheduling.js'
import { serviceBench, stopService } from '../../support/service.js'

/** A scheduler that has to look again after `waitMs`. */
async function looking(waitMs: number) {
  const bench = serviceBench()
  const looks: number[] = []
  let left = 0
  const scheduler = {
    runOnce: async () => {
      looks.push(bench.passed())
      return waitMs
    },
    leave: async () => {
      left++
    },
  }
  const service = scheduling({ changes: bench.changes }, scheduler, bench.clock, bench.events)
  await bench.start(service)
  return { ...bench, service, looks, left: () => left }
}

test('It looks when the next slot is due.', async () => {
  const { clock, looks } = await looking(30_000)
  await clock.advance(60_000)
  expect(looks).toEqual([0, 30_000, 60_000])
})

test('It looks ten milliseconds after something is stored, but no more than every fifty milliseconds.', async () => {
  const { clock, change, looks } = await looking(30_000)
  await clock.advance(1_000)
  await change()
  await clock.advance(9)
  expect(looks).toEqual([0])
  await clock.advance(1)
  expect(looks).toEqual([0, 1_010])
  await change()
  await clock.advance(1_000)
  expect(looks).toEqual([0, 1_010, 1_060])
})

test('It says when it leaves.', async () => {
  const { clock, service, looks, left } = await looking(30_000)
  await stopService(service, clock)
  expect([looks, left()]).toEqual([[0], 1])
})
