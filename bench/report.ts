import type { Rate } from './measure.js'
import { peersText, pickUpText, scaleText, taskProcessesText } from './report-beside.js'
import type { EngineRate, Results } from './results.js'
import type { StartUp } from './startup.js'
import { rateCells, ratioText, table } from './table.js'

/** The results for people. */
export function reportText(results: Results): string {
  const sections = [factsOf(results)]
  if (results.raw.length > 0) sections.push(rawTable(results.raw))
  if (results.engine.length > 0) sections.push(engineTable(results.engine))
  if (results.peers !== null) sections.push(peersText(results.peers))
  if (results.taskProcesses !== null) sections.push(taskProcessesText(results.taskProcesses))
  if (results.pickUp !== null) sections.push(pickUpText(results.pickUp))
  if (results.scale !== null) sections.push(scaleText(results.scale))
  if (results.startUp.length > 0) sections.push(startUpTable(results.startUp))
  return `${sections.join('\n\n')}\n`
}

function factsOf({ machine, quick }: Results): string {
  const { node, sqlite, cores, cpuModel, loadBefore, platform, date, durability } = machine
  const lines = [
    `node ${node}, SQLite ${sqlite}, ${cores} cores (${cpuModel}), ${platform}, ${date}, load before ${loadBefore.toFixed(1)}`,
    `durability ${durability}: WAL, synchronous=FULL, BEGIN IMMEDIATE, but where relaxed is said (NORMAL); median of each, then the slowest and the fastest`,
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
