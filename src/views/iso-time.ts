import type { EpochMs } from '../domain/job.js'

/** A time as programs read it: ISO 8601 in UTC. */
export function isoTime(time: EpochMs): string
export function isoTime(time: EpochMs | null): string | null
export function isoTime(time: EpochMs | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
