import type { Rate } from './measure.js'
import { works } from './peers/peer.js'
import type { Peers } from './peers.js'
import type { PickUp } from './pick-up.js'
import type { Memory, Scale } from './scale.js'
import { rateCells, ratioText, table } from './table.js'
import { pickUpTargets, scaleTargets } from './targets.js'

/** Other queues, each work of each beside the engine's. */
export function peersText({ works: compared, redisVersion, leftOut }: Peers): string {
  const rows = compared.flatMap(({ work, engine, peers }) => [
    ...engine.map((rate) => [works[work], ourTitle(rate), ...rateCells(rate)]),
    ...peers.map((rate) => [
      works[work],
      rate.peer,
      ...rateCells(rate),
      ratioText(rate.fullToPeer),
      ratioText(rate.relaxedToPeer),
      rate.targetFullToPeer === null ? '' : `full >= ${rate.targetFullToPeer}`,
    ]),
  ])
  const head = ['Beside other queues', 'which', 'jobs/s', 'min-max', 'runs', 'full / it', 'relaxed / it', 'target']
  const text = table(head, rows, 2)
  if (redisVersion !== null) return `${text}\nredis-server ${redisVersion}, appendonly yes; appendfsync as said.`
  return `${text}\nLeft out, since redis-server is not installed: ${leftOut.join('; ')}.`
}

function ourTitle({ id }: Rate): string {
  return id.startsWith('engine-relaxed.') ? 'Offstage, relaxed' : 'Offstage, full'
}

export function pickUpText({ jobs, p50Ms, p99Ms, maxMs, idleCpuPercent }: PickUp): string {
  const rows = [
    [`pick-up, p50 of ${jobs}`, `${p50Ms.toFixed(2)} ms`, `< ${pickUpTargets.p50Ms} ms`],
    ['pick-up, p99', `${p99Ms.toFixed(2)} ms`, `< ${pickUpTargets.p99Ms} ms`],
    ['pick-up, slowest', `${maxMs.toFixed(2)} ms`, ''],
  ]
  if (idleCpuPercent !== null) {
    const { worker, taskProcesses } = idleCpuPercent
    rows.push(['CPU of the idle worker', `${worker.toFixed(1)} %`, `< ${pickUpTargets.idleCpuPercent} %`])
    rows.push(['CPU of its task processes', `${taskProcesses.toFixed(1)} %`, ''])
  }
  return table(['An idle worker in another process', 'figure', 'target'], rows)
}

export function scaleText({ rates, ratio, memory }: Scale): string {
  const speed = rates.map((rate, row) => {
    const compared = row === 0 ? ['', ''] : [ratioText(ratio), `>= ${scaleTargets.ratio}`]
    return [rate.title, ...rateCells(rate), ...compared]
  })
  const text = table(['Scale', 'jobs/s', 'min-max', 'runs', 'of few', 'target'], speed)
  return [text, ...memory.map(memoryText)].join('\n\n')
}

function memoryText({ concurrency, waiting, drained, workerMb, taskProcessesMb }: Memory): string {
  const target = `<= ${scaleTargets.peakMb} MB`
  const rows = [
    ['worker', `${workerMb.toFixed(0)} MB`, target],
    ...taskProcessesMb.map((mb, n) => [`task process ${n + 1}`, `${mb.toFixed(0)} MB`, target]),
  ]
  const [first, ofThem] = [waiting, drained].map((count) => count.toLocaleString('en'))
  return table(
    [`Peak memory, concurrency ${concurrency}, ${first} waiting, ${ofThem} drained`, 'resident', 'target'],
    rows,
  )
}
