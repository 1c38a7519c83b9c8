import type { EndedBy, FailureReason, JobState } from '../../domain/job.js'

// What the file has in numbers. They are in files: a number stays what it is, and what is new gets the next one.

/** The states of a job. The file has only those of ended jobs: of any other the table that it is in tells the state. */
export const stateCodes = {
  scheduled: 0,
  queued: 1,
  running: 2,
  completed: 3,
  failed: 4,
  cancelled: 5,
} as const satisfies Readonly<Record<JobState, number>>

export const reasonCodes = {
  error: 1,
  timeout: 2,
  lost: 3,
  expired: 4,
} as const satisfies Readonly<Record<FailureReason, number>>

export const endedByCodes = {
  return: 1,
  throw: 2,
  signal: 3,
  abandoned: 4,
  killed: 5,
  exit: 6,
  lost: 7,
  released: 8,
} as const satisfies Readonly<Record<EndedBy, number>>

/** What a number stands for; null stands for nothing. */
export function nameOfCode<N extends string>(codes: Readonly<Record<N, number>>, code: number | null): N | null {
  const names = Object.keys(codes) as N[]
  return names.find((name) => codes[name] === code) ?? null
}
