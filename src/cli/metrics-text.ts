import { formatDuration } from '../domain/duration.js'
import { percentText } from '../domain/health.js'
import type { EpochMs } from '../domain/job.js'
import type { Metrics, TaskMetrics } from '../domain/metrics.js'
import { type MinuteStatistics, minuteOf } from '../domain/statistics.js'
import { sparkline } from '../views/sparkline.js'
import { type Look, lookOfStdout } from './look.js'
import { type Cell, type Column, table } from './table.js'
import { wrapped } from './wrap.js'

/** The last hour, minute by minute, for the bars that a terminal shows. */
export interface LastHour {
  readonly minutes: readonly MinuteStatistics[]
  readonly now: EpochMs
}

// What the others tell, too, is left out on a narrow terminal.
const optional = ['DONE', 'RETRIED', 'P50', 'P99']
const numberColumns: readonly Column[] = [
  'TOTAL',
  'DONE',
  'FAILED',
  'RETRIED',
  'FAIL%',
  'AVG',
  'P50',
  'P95',
  'P99',
].map((heading) => ({ heading, align: 'right', ...(optional.includes(heading) ? { optional: true } : {}) }))

/** Each task in a row, the busiest first, and all of them. `windowMs`: null of all time. */
export async function metricsText(
  { all, tasks }: Metrics,
  windowMs: number | null,
  lastHour: LastHour | null,
  look: Look = lookOfStdout(),
): Promise<string> {
  const window = windowMs === null ? null : formatDuration(windowMs)
  if (all.total + all.retried === 0) {
    return window === null ? 'Nothing has ended yet.' : `nothing ended in ${window}`
  }
  const sorted = [...tasks].sort(([, a], [, b]) => b.total - a.total)
  const shown = tasks.size === 1 ? sorted : [...sorted, ['all', all] as const]
  const bars = lastHour === null || !look.hasUnicode ? [] : [{ heading: 'LAST HOUR', optional: true } as const]
  const rows = shown.map(([name, metrics], index) => {
    const task = index < sorted.length ? name : null
    return [name, ...cellsOf(metrics), ...(lastHour === null || bars.length === 0 ? [] : [barsOf(task, lastHour)])]
  })
  const text = await table([{ heading: 'TASK', flexible: true }, ...numberColumns, ...bars], rows, look)
  const when = window === null ? 'since the first job' : `in the last ${window}`
  const note = `${when}; a time is the last attempt's; percentiles are within 10 %`
  return [text, ...wrapped(note, look.width)].join('\n')
}

function cellsOf(metrics: TaskMetrics): readonly Cell[] {
  const { total, completed, failed, retried, failureRate, averageMs, p50Ms, p95Ms, p99Ms } = metrics
  return [
    String(total),
    String(completed),
    failed === 0 ? { full: '0', style: 'dim' } : { full: String(failed), style: 'red' },
    String(retried),
    failureRate === null ? '-' : percentText(failureRate),
    ...[averageMs, p50Ms, p95Ms, p99Ms].map((ms) => (ms === null ? '-' : formatDuration(ms))),
  ]
}

const barCount = 12
const minutesABar = 5

/** What ended in each five minutes of the last hour; `task`: null for all. */
function barsOf(task: string | null, { minutes, now }: LastHour): string {
  const counts = Array.from({ length: barCount }, () => 0)
  for (const { task: name, minute, completed, failed } of minutes) {
    const index = barCount - 1 - Math.floor((minuteOf(now) - minute) / minutesABar)
    if ((task === null || task === name) && counts[index] !== undefined) counts[index] += completed + failed
  }
  return sparkline(counts)
}
