import type { EmbeddedServer } from './embedded/measure-embedded.js'
import type { Millions } from './millions.js'
import { besideBullmqText, redisScaleText } from './redis/report-redis.js'
import { pickUpText } from './report-pick-up.js'
import { ratesText } from './report-rates.js'
import type { Figures } from './results.js'
import type { StartUp } from './startup.js'
import { ratioText, table } from './table.js'
import type { Target } from './targets.js'

/** The results for people. */
export function reportText(results: Figures & { readonly targets: readonly Target[] }): string {
  const { rates, leftOut, pickUps, millions, startUp, embedded, redis, redisScale, targets } = results
  const sections = [factsOf(results)]
  if (rates.length > 0) sections.push(ratesText(rates))
  const left = leftOut.map(({ system, missing }) => `Left out, since ${missing} is not installed: ${system}.`)
  if (left.length > 0) sections.push(left.join('\n'))
  if (pickUps.length > 0) sections.push(pickUpText(pickUps))
  if (redis !== null) sections.push(besideBullmqText(redis))
  if (redisScale !== null) sections.push(redisScaleText(redisScale))
  if (millions !== null) sections.push(millionsText(millions))
  if (startUp.length > 0) sections.push(startUpText(startUp))
  if (embedded.length > 0) sections.push(embeddedText(embedded))
  sections.push(targetsText(targets))
  return `${sections.join('\n\n')}\n`
}

function factsOf({ machine, quick }: Figures): string {
  const { node, sqlite, redis, postgres, cores, cpuModel, loadBefore, platform, date, durability } = machine
  const servers = `redis-server ${redis ?? 'missing'}, PostgreSQL ${postgres ?? 'missing'}`
  const lines = [
    `node ${node}, SQLite ${sqlite}, ${servers}`,
    `${cores} cores (${cpuModel}), ${platform}, ${date}, load before ${loadBefore.toFixed(1)}`,
    `durability ${durability}: WAL, synchronous=FULL, BEGIN IMMEDIATE, but where relaxed is said (NORMAL)`,
  ]
  if (machine.folderInMemory) lines.push('The stores are in memory, not on a disk: say --folder for one that is.')
  if (quick) lines.push('Quick: few jobs and one round. Only shows that everything works.')
  return lines.join('\n')
}

function millionsText({ jobs, memory, readings }: Millions): string {
  const rows = memory.map(({ concurrency, drained, workerMb, taskProcessesMb }) => [
    `concurrency ${concurrency}`,
    drained.toLocaleString('en'),
    workerMb.toFixed(0),
    taskProcessesMb.map((mb) => mb.toFixed(0)).join(', '),
  ])
  const title = `Peak memory, MB, ${jobs.toLocaleString('en')} waiting`
  const looks = [...readings.commands, readings.scrape].map((one) => [one.title, one.overEmptyMs.toFixed(1)])
  return `${table([title, 'drained', 'worker', 'task processes'], rows)}

${table(['With as many waiting and ended', 'ms over an empty store'], looks)}

A scrape held the event loop up for ${readings.heldMs.toFixed(1)} ms at a time.`
}

function startUpText(starts: readonly StartUp[]): string {
  const rows = starts.map(({ title, extraCaCerts, ms, overNodeMs }) => [
    `${title}${extraCaCerts ? ' (extra CA certs)' : ''}`,
    ms.median.toFixed(0),
    `${ms.min.toFixed(0)}-${ms.max.toFixed(0)}`,
    String(ms.runs),
    overNodeMs.toFixed(0),
  ])
  const text = table(['Start-up', 'ms', 'min-max', 'runs', 'over node -e 0'], rows)
  if (starts.some(({ extraCaCerts }) => extraCaCerts)) return text
  return `${text}\nWith extra CA certificates: left out, no bundle was found.`
}

function embeddedText(servers: readonly EmbeddedServer[]): string {
  const rows = servers.map((one) => [
    `${one.slowerBy === 0 ? '' : `fsync ${one.slowerBy} ms slower, `}jobs run by ${one.runBy}`,
    ...[one.delayP99Ms, one.overBareMs].map((ms) =>
      ms === null ? '-' : `${ms.median.toFixed(2)} (${ms.min.toFixed(1)}-${ms.max.toFixed(1)})`,
    ),
    one.answerP99Ms.median.toFixed(0),
    ...[one.serverCpuMs, one.storeCpuMs].map((ms) => ms?.median.toFixed(2) ?? '-'),
    one.storePeakMb?.toFixed(0) ?? '-',
    `${one.unanswered} of ${one.requests}`,
    String(one.jobsNotRun),
  ])
  const heads = ['delay p99', 'over bare', 'answer p99', 'CPU', 'of store', 'MB of store', 'unanswered', 'jobs not run']
  return table(['A server, 1,000 requests/s of two jobs, ms', ...heads], rows)
}

/** Those of the parts that were measured. */
function targetsText(targets: readonly Target[]): string {
  const rows = targets.flatMap(({ work, figure, bound, target, unit, reached }) =>
    figure === null
      ? []
      : [[work, `${ratioText(figure)} ${unit}`, `${bound} ${target} ${unit}`, reached ? 'reached' : 'missed']],
  )
  return table(['Targets', 'figure', 'target', ''], rows)
}
