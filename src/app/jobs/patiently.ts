import { isTemporary } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'

const pauseMs = 500
// For about as long as a worker keeps its jobs without its store.
const mostMs = 30_000

/**
 * Whoever waits for a job waits for its store too: reads again while that cannot be reached for now, but not for ever. The time
 * `runsHere` is true does not count: the job goes on meanwhile.
 */
export async function patiently<T>(
  signal: AbortSignal,
  read: () => Promise<T>,
  runsHere: () => boolean = () => false,
): Promise<T> {
  let begunAt = systemClock.monotonicMs()
  for (;;) {
    try {
      return await read()
    } catch (thrown) {
      if (runsHere()) begunAt = systemClock.monotonicMs()
      if (!isTemporary(thrown) || signal.aborted || systemClock.monotonicMs() - begunAt > mostMs) throw thrown
    }
    await systemClock.sleep(pauseMs, signal)
  }
}
