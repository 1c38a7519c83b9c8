import { type Duration, formatDuration, parseDuration } from './duration.js'
import { UsageError } from './errors.js'
import { refuseUnknownOptions } from './options.js'

/**
 * How long ended jobs, statistics and slots are kept, as people write it. Every property has a default; false means for
 * ever.
 */
export interface RetentionPolicy {
  /** Completed and cancelled jobs. Default `24h`. */
  readonly completed?: Duration | false
  /** Failed jobs. Default `30d`. */
  readonly failed?: Duration | false
  /**
   * The most jobs of each of these states: over it the lowest ids go, but none that ended within the last hour. And the
   * most slots: the newest stay. 1 to 1,000,000,000. Default 1,000,000.
   */
  readonly most?: number
  /** The statistics of each minute; the sums of all time stay. Default `90d`. */
  readonly statistics?: Duration | false
  /** What became of the slots of schedules. Default `90d`. */
  readonly slots?: Duration | false
}

/** Refuses to count what ended within a time that is longer than statistics are kept. Throws UsageError. */
export function refuseBeyondStatistics(sinceMs: number | null, { statisticsMs }: Retention, option: string): void {
  if (sinceMs === null || statisticsMs === null || sinceMs <= statisticsMs) return
  const [asked, kept] = [sinceMs, statisticsMs].map(formatDuration)
  throw new UsageError(
    'E_DURATION',
    `${option}: ${asked} is longer than statistics are kept (${kept})`,
    `write ${kept} or less, or keep them longer: retention.statistics in the config`,
  )
}

/** The same, checked and in milliseconds; null: for ever. */
export interface Retention {
  readonly completedMs: number | null
  readonly failedMs: number | null
  readonly most: number
  readonly statisticsMs: number | null
  readonly slotsMs: number | null
}

const dayMs = 24 * 3_600_000
const names: readonly (keyof RetentionPolicy)[] = ['completed', 'failed', 'most', 'statistics', 'slots']

export const defaultRetention: Retention = {
  completedMs: dayMs,
  failedMs: 30 * dayMs,
  most: 1_000_000,
  statisticsMs: 90 * dayMs,
  slotsMs: 90 * dayMs,
}

/** Checks a policy. Throws UsageError; `option` names the place where it was written. */
export function parseRetention(policy: RetentionPolicy, option: string): Retention {
  refuseUnknownOptions(policy, names, option)
  const { most = defaultRetention.most } = policy
  if (!Number.isInteger(most) || most < 1 || most > 1e9) {
    throw new UsageError('E_RETENTION', `${option}.most: ${most} is not a whole number from 1 to 1000000000`)
  }
  const span = (name: 'completed' | 'failed' | 'statistics' | 'slots', otherwise: number | null) => {
    const value = policy[name]
    if (value === undefined) return otherwise
    return value === false ? null : parseDuration(value, `${option}.${name}`)
  }
  return {
    completedMs: span('completed', defaultRetention.completedMs),
    failedMs: span('failed', defaultRetention.failedMs),
    most,
    statisticsMs: span('statistics', defaultRetention.statisticsMs),
    slotsMs: span('slots', defaultRetention.slotsMs),
  }
}
