import { defaultHealthLimits } from '../domain/health.js'
import type { EpochMs } from '../domain/job.js'
import type { JobReader, Store } from '../stores/store.js'
import { type FailureJson, failureToJson } from '../views/failure.js'
import { type StatusJson, statusToJson } from '../views/status.js'
import { healthReadings, judge } from './health/judge.js'

const maxRunning = 1_000

const dayMs = 24 * 3_600_000
const maxFailures = 50

/**
 * Health, queues, workers, schedules, and what has failed within a day, as they are now. `redact`: names of keys, beside
 * the built-in ones, whose values are masked.
 */
export async function currentStatus(store: Store, now: EpochMs, redact: readonly string[]): Promise<StatusJson> {
  const [readings, running, failures] = await Promise.all([
    healthReadings(store, defaultHealthLimits, now),
    store.running(maxRunning),
    recentFailures(store, now, redact),
  ])
  const health = await judge(store, readings, defaultHealthLimits, redact, now)
  return statusToJson({ ...readings, health, running, failures }, now)
}

/** Groups of jobs that failed within a day, the latest failure first. */
export async function recentFailures(
  store: JobReader,
  now: EpochMs,
  redact: readonly string[],
): Promise<readonly FailureJson[]> {
  const groups = await store.failures(now - dayMs, maxFailures)
  return Promise.all(groups.map(async (group) => failureToJson(group, await store.job(group.sample), redact)))
}
