import { expect, test } from 'vitest'
import { canceller } from '../../../src/engine/services/canceller.js'
import { serviceBench } from '../../support/service.js'

/** A canceller of a worker that runs something, or nothing. */
async function cancelling(busy: boolean) {
  const bench = serviceBench()
  const wanted: string[] = []
  const cancelled: [string, number][] = []
  const looks: number[] = []
  const store = {
    changes: bench.changes,
    cancelRequests: async () => {
      looks.push(bench.passed())
      return wanted
    },
  }
  const runner = { busy, cancel: (id: string) => void cancelled.push([id, bench.passed()]) }
  await bench.start(canceller(store, () => 'w1', runner, bench.clock, bench.events))
  return { ...bench, wanted, cancelled, looks }
}

test('A cancel is passed on as soon as it is stored.', async () => {
  const { clock, change, wanted, cancelled } = await cancelling(true)
  await clock.advance(500)
  wanted.push('j7')
  await change()
  expect(cancelled).toEqual([['j7', 500]])
})

test('What is stored within twenty milliseconds of a look waits for that long, and no longer.', async () => {
  const { clock, change, wanted, cancelled } = await cancelling(true)
  await change()
  await clock.advance(5)
  wanted.push('j7')
  await change()
  expect(cancelled).toEqual([])
  await clock.advance(15)
  expect(cancelled).toEqual([['j7', 20]])
})

test('Where nothing is heard it looks every second, and not at all while nothing runs.', async () => {
  const running = await cancelling(true)
  await running.clock.advance(3_100)
  expect(running.looks).toEqual([1_000, 2_020, 3_040])
  const idle = await cancelling(false)
  await idle.clock.advance(3_100)
  expect(idle.looks).toEqual([])
})
