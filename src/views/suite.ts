import type { ModuleFault } from '../engine/ipc/messages.js'
import type { JobJson } from './job.js'

/** How the tasks of a suite ended. A module that could not be loaded has failed too: its tasks did not run. */
export interface SuiteJson {
  readonly passed: number
  readonly failed: number
  readonly durationMs: number
  readonly items: readonly JobJson[]
  readonly faults: readonly ModuleFault[]
}

export function suiteToJson(items: readonly JobJson[], faults: readonly ModuleFault[], durationMs: number): SuiteJson {
  const passed = items.filter(hasPassed).length
  return { passed, failed: items.length - passed + faults.length, durationMs, items, faults }
}

export function hasPassed(job: JobJson): boolean {
  return job.state === 'completed'
}

/** From the start of the first attempt to the end of the job, with its retries; null if the job never started. */
export function tookMs({ attempts, endedAt }: JobJson): number | null {
  const [first] = attempts
  if (first === undefined || endedAt === null) return null
  return Math.max(0, Date.parse(endedAt) - Date.parse(first.startedAt))
}
