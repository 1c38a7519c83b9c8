import { UsageError } from './errors.js'

export const taskPattern = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/
export const placePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/

export function isTaskName(name: string): boolean {
  return taskPattern.test(name)
}

/** `name` itself if it may name a queue; throws UsageError `E_QUEUE_NAME` otherwise. */
export function queueName(name: string): string {
  return placeName(name, 'queue', 'E_QUEUE_NAME')
}

/** `name` itself if it may name a schedule; throws UsageError `E_SCHEDULE_NAME` otherwise. */
export function scheduleName(name: string): string {
  return placeName(name, 'schedule', 'E_SCHEDULE_NAME')
}

function placeName(name: string, what: string, code: 'E_QUEUE_NAME' | 'E_SCHEDULE_NAME'): string {
  // JavaScript may hand over anything.
  if (typeof name === 'string' && placePattern.test(name)) return name
  throw new UsageError(
    code,
    `${JSON.stringify(String(name).slice(0, 80))} is no ${what} name`,
    'use up to 64 letters, digits, "_", "." or "-", not beginning with "." or "-"',
  )
}

/** Of `candidates`, the one that `name` was probably meant to be: close in spelling, or the same in its last part. */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  let best: { candidate: string; distance: number } | null = null
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (best === null || distance < best.distance) best = { candidate, distance }
  }
  // Something of the name must be left: every two letters are within two mistakes of any other two.
  const near = best !== null && best.distance <= Math.max(2, name.length / 3) && best.distance < name.length
  if (best !== null && near) return best.candidate
  return candidates.find((candidate) => candidate.endsWith(`.${name}`)) ?? null
}

/** Levenshtein's distance, where two swapped neighbours count as one mistake. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      let least = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + same)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) least = Math.min(least, at(beforeLast, column - 2) + 1)
      current.push(least)
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
