import type { PickUp } from './pick-up.js'
import { table } from './table.js'

export function pickUpText(pickUps: readonly PickUp[], title = 'Pick-up in another process, ms'): string {
  const rows = pickUps.map(({ which, jobs, p50Ms, p99Ms, maxMs, cpuMsPerJob, idlePercent }) => [
    which,
    String(jobs),
    ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)),
    cpuMsPerJob?.toFixed(2) ?? '-',
    idlePercent === null ? '-' : `${idlePercent.toFixed(2)} %`,
  ])
  return table([title, 'jobs', 'p50', 'p99', 'slowest', 'CPU a job', 'idle'], rows)
}
