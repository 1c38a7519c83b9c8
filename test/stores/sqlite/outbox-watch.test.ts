import { expect, test } from 'vitest'
import { OutboxWatch } from '../../../src/stores/sqlite/outbox-watch.js'
import { movableClock } from '../../../src/testing/test-clock.js'

function watched() {
  const clock = movableClock()
  const file = { hasChanged: false, looks: 0 }
  const watch = new OutboxWatch(() => {
    file.looks++
    return file.hasChanged
  }, clock)
  const looksIn = async (ms: number) => {
    const before = file.looks
    await clock.advance(ms)
    return file.looks - before
  }
  return { clock, file, watch, looksIn }
}

test('It looks often for a second, then rarely, and often again when it is asked again.', async () => {
  const { clock, watch, looksIn } = watched()
  const first = watch.next(60_000)
  expect(await looksIn(1_000)).toBe(50)
  expect(await looksIn(10_000)).toBeLessThanOrEqual(20)
  const second = watch.next(60_000)
  await clock.advance(0)
  expect(await looksIn(1_000)).toBeGreaterThanOrEqual(49)
  await clock.advance(60_000)
  await Promise.all([first, second])
  expect(await looksIn(60_000)).toBe(0)
})

test('Everybody who waits learns of one change, and nobody is left.', async () => {
  const { clock, file, watch, looksIn } = watched()
  const waits = [watch.next(60_000), watch.next(60_000)]
  file.hasChanged = true
  await clock.advance(20)
  await Promise.all(waits)
  expect(await looksIn(10_000)).toBe(0)
})

test('Closing ends all waits, also later ones.', async () => {
  const { watch } = watched()
  const waiting = watch.next(60_000)
  watch.close()
  await waiting
  await watch.next(60_000)
})
