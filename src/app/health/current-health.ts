import type { Health, HealthLimits } from '../../domain/health.js'
import type { EpochMs } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { type HealthJson, type HealthNumbers, healthToJson } from '../../views/health.js'
import { healthReadings, judge, waitedMs, workersAlive } from './judge.js'

/** Health with the numbers that it was judged by. */
export interface CurrentHealth {
  readonly health: Health
  readonly numbers: HealthNumbers
}

/** Health as it is now. `redact`: names of keys, beside the built-in ones, whose values are masked. */
export async function readHealth(
  store: Store,
  limits: HealthLimits,
  now: EpochMs,
  redact: readonly string[],
): Promise<CurrentHealth> {
  const readings = await healthReadings(store, limits, now)
  const { recent, queues, workers } = readings
  const waits = queues.filter(({ paused }) => !paused).flatMap((queue) => waitedMs(queue, now) ?? [])
  return {
    health: await judge(store, readings, limits, redact, now),
    numbers: {
      recentTasks: recent.total,
      failureRate: recent.failureRate,
      averageDurationMs: recent.averageMs,
      workersAlive: workersAlive(workers),
      oldestQueuedMs: waits.length === 0 ? null : Math.max(...waits),
    },
  }
}

/** The same as programs read it. */
export async function currentHealth(
  store: Store,
  limits: HealthLimits,
  now: EpochMs,
  redact: readonly string[],
): Promise<HealthJson> {
  const { health, numbers } = await readHealth(store, limits, now, redact)
  return healthToJson(health, numbers)
}
