import { formatDuration } from '../domain/duration.js'
import type { EpochMs } from '../domain/job.js'

/** `1204` as `1,204`. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 job waits`, `2 jobs wait`. */
export function waitingText(count: number): string {
  return `${jobsText(count)} ${count === 1 ? 'waits' : 'wait'}`
}

export function jobsText(count: number): string {
  return `${countText(count)} job${count === 1 ? '' : 's'}`
}

/** How long ago a time was, without "ago"; `-` for none. */
export function sinceText(at: EpochMs | string | null, now: EpochMs): string {
  if (at === null) return '-'
  return formatDuration(Math.max(0, now - (typeof at === 'string' ? Date.parse(at) : at)))
}

export function agoText(at: EpochMs | string | null, now: EpochMs): string {
  return at === null ? '-' : `${sinceText(at, now)} ago`
}

/** How long until a time; `now` if it has come. */
export function inText(at: EpochMs | string, now: EpochMs): string {
  const left = (typeof at === 'string' ? Date.parse(at) : at) - now
  return left <= 0 ? 'now' : formatDuration(left)
}

export function durationText(durationMs: number | null): string {
  return durationMs === null ? '-' : formatDuration(durationMs)
}

/** Bytes as `12 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${Math.round(bytes / 1_000 ** step)} ${units[step]}`
}

/** `14:32:07` on the clock of this machine. */
export function clockText(now: EpochMs): string {
  const at = new Date(now)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
