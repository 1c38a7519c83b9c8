import type { Clock } from '../../domain/clock.js'
import type { EngineEmitter } from '../events.js'
import type { TaskPool } from '../pool/task-pool.js'
import type { Runner } from '../runner.js'
import { loopService, type Service } from './service.js'

const pauseMs = 1_000
// Endless allocation takes a gigabyte a second.
const limitedPauseMs = 100

const megabyte = 1024 * 1024
/** Replaces a larger task process once its jobs have ended, so that leaks do not add up. */
const maxToKeepBytes = 512 * megabyte

/**
 * Watches the memory of the task processes: kills a process over the limit (null: no limit), replaces a large one.
 */
export function memoryWatch(
  pool: TaskPool,
  runner: Runner,
  limitBytes: number | null,
  clock: Clock,
  events: EngineEmitter,
): Service {
  const keepBytes = Math.min(maxToKeepBytes, limitBytes === null ? maxToKeepBytes : limitBytes * 0.75)
  return loopService('memory watch', clock, events, async () => {
    // Idle processes do not grow.
    if (!runner.busy) return pauseMs
    for (const slot of pool.slots) {
      const bytes = slot.measure()
      if (bytes === null) continue
      if (limitBytes !== null && bytes > limitBytes) slot.endOverLimit()
      else if (bytes > keepBytes && slot.jobsEnded > 0) pool.replace(slot)
    }
    return limitBytes === null ? pauseMs : limitedPauseMs
  })
}
