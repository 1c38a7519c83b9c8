import { systemClock } from '../engine/clock.js'

const sliceMs = 5

/** Maps a list as far as a slice of time allows, then gives the event loop a turn, and so on: for code in a worker. */
export async function mapInTurns<T, R>(items: readonly T[], map: (item: T) => R): Promise<readonly R[]> {
  const results: R[] = []
  let sliceEndsAt = systemClock.monotonicMs() + sliceMs
  for (const item of items) {
    if (systemClock.monotonicMs() > sliceEndsAt) {
      await systemClock.sleep(0)
      sliceEndsAt = systemClock.monotonicMs() + sliceMs
    }
    results.push(map(item))
  }
  return results
}
