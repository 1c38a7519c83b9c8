import type { Rate } from './measure.js'
import type { EngineRate, Results } from './results.js'
import type { StartUp } from './startup.js'

/** The results for people. */
export function reportText(results: Results): string {
  const sections = [factsOf(results)]
  if (results.raw.length > 0) sections.push(rawTable(results.raw))
  if (results.engine.length > 0) sections.push(engineTable(results.engine))
  if (results.startUp.length > 0) sections.push(startUpTable(results.startUp))
  return `${sections.join('\n\n')}\n`
}

function factsOf({ machine, quick }: Results): string {
  const { node, sqlite, cores, cpuModel, loadBefore, platform, date, durability } = machine
  const lines = [
    `node ${node}, SQLite ${sqlite}, ${cores} cores (${cpuModel}), ${platform}, ${date}, load before ${loadBefore.toFixed(1)}`,
    `durability ${durability}: WAL, synchronous=FULL, BEGIN IMMEDIATE; median of each, then the slowest and the fastest`,
  ]
  if (machine.folderInMemory) lines.push('The stores are in memory, not on a disk: say --folder for one that is.')
  if (quick) lines.push('Quick: few jobs and few runs. Only shows that everything works.')
  return lines.join('\n')
}

function rawTable(rates: readonly Rate[]): string {
  const rows = rates.map((rate) => [rate.title, ...rateCells(rate)])
  return table(['SQLite by itself', 'jobs/s', 'min-max', 'runs'], rows)
}

function engineTable(rates: readonly EngineRate[]): string {
  const rows = rates.map((rate) => [
    rate.title,
    ...rateCells(rate),
    ratioText(rate.ratioToRawSingly),
    ratioText(rate.ratioToRawBatched),
    rate.target === null ? '' : `${rate.target.ratio.toFixed(2)} of ${rate.target.of}`,
  ])
  return table(['Engine', 'jobs/s', 'min-max', 'runs', 'of raw singly', 'of raw 1,000', 'target'], rows)
}

function startUpTable(starts: readonly StartUp[]): string {
  const rows = starts.map(({ title, extraCaCerts, ms, overNodeMs, targetOverNodeMs }) => [
    `${title}${extraCaCerts ? ' (extra CA certs)' : ''}`,
    ms.median.toFixed(0),
    `${ms.min.toFixed(0)}-${ms.max.toFixed(0)}`,
    String(ms.runs),
    overNodeMs.toFixed(0),
    targetOverNodeMs === null ? '' : `<= ${targetOverNodeMs}`,
  ])
  const text = table(['Start-up', 'ms', 'min-max', 'runs', 'over node -e 0', 'target'], rows)
  if (starts.some(({ extraCaCerts }) => extraCaCerts)) return text
  return `${text}\nWith extra CA certificates: left out, no bundle was found.`
}

function rateCells({ jobsPerSecond: { median, min, max, runs } }: Rate): string[] {
  return [perSecond(median), `${perSecond(min)}-${perSecond(max)}`, String(runs)]
}

// Three figures: the noise is larger than the fourth.
function perSecond(rate: number): string {
  return Number(rate.toPrecision(3)).toLocaleString('en')
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(ratio < 10 ? 2 : 1)
}

/** The first column to the left, figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => (cells[column] ?? '')[column === 0 ? 'padEnd' : 'padStart'](width))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
