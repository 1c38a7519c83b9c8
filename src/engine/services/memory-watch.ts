import type { Clock } from '../../domain/clock.js'
import type { EngineEmitter } from '../events.js'
import { GroupMemory } from '../memory.js'
import type { TaskPool } from '../pool/task-pool.js'
import type { Runner } from '../runner.js'
import { loopService, type Service } from './service.js'

const pauseMs = 1_000
// Endless allocation takes a gigabyte a second.
const limitedPauseMs = 100
// A look at all processes of a large machine takes milliseconds: at most a twentieth of the time.
const mostTimeOf = 20

const megabyte = 1024 * 1024
/** Replaces a larger task process once its jobs have ended, so that leaks do not add up. */
const maxToKeepBytes = 512 * megabyte

/**
 * Watches the memory of what runs the jobs: kills each process group over the limit (null: no limit), a program's or a
 * task process's with all that it has started, and replaces a large task process.
 */
export function memoryWatch(
  pool: TaskPool,
  runner: Runner,
  limitBytes: number | null,
  clock: Clock,
  events: EngineEmitter,
): Service {
  const keepBytes = Math.min(maxToKeepBytes, limitBytes === null ? maxToKeepBytes : limitBytes * 0.75)
  const replaceLarge = () => {
    for (const slot of pool.slots) {
      const bytes = slot.measure()
      if (bytes !== null && bytes > keepBytes && slot.jobsEnded > 0) pool.replace(slot, 'memory')
    }
  }
  return loopService('memory watch', clock, events, async () => {
    // Idle processes do not grow.
    if (!runner.busy) return pauseMs
    if (limitBytes === null) {
      replaceLarge()
      return pauseMs
    }
    const startedMs = clock.monotonicMs()
    const groups = GroupMemory.look()
    for (const slot of pool.slots) slot.killOverLimit(limitBytes, groups)
    replaceLarge()
    return Math.max(limitedPauseMs, mostTimeOf * (clock.monotonicMs() - startedMs))
  })
}
