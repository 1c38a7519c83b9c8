import type { Rate } from './measure.js'
import type { Memory } from './memory.js'
import { works } from './peers/peer.js'
import type { Peers } from './peers.js'
import type { PickUp } from './pick-up.js'
import type { Scale } from './scale.js'
import { rateCells, ratioText, table } from './table.js'
import type { TaskProcesses } from './task-processes.js'

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

export function pickUpText({ jobs, offstage, peers, idleCpuPercent, targets }: PickUp): string {
  const { p50Ms, p99Ms, idleCpuPercent: maxCpu } = targets
  const rows = [offstage, ...peers].map((latency) => [
    latency.which,
    ...[latency.p50Ms, latency.p99Ms, latency.maxMs].map((ms) => ms.toFixed(2)),
    latency === offstage ? `p50 < ${p50Ms}, p99 < ${p99Ms}` : '',
  ])
  const head = [`Pick-up in another process, ms, ${jobs} jobs`, 'p50', 'p99', 'slowest', 'target']
  const text = table(head, rows)
  if (idleCpuPercent === null) return text
  const { worker, taskProcesses } = idleCpuPercent
  const cpu = [
    ['worker', `${worker.toFixed(1)} %`, `< ${maxCpu} %`],
    ['its task processes together', `${taskProcesses.toFixed(1)} %`, ''],
  ]
  return `${text}\n\n${table(['Idle, CPU of a core', 'used', 'target'], cpu)}`
}

export function taskProcessesText({ rates }: TaskProcesses): string {
  const rows = rates.map((rate) => [
    rate.title,
    ...rateCells(rate),
    rate.ratio === null ? '' : `${ratioText(rate.ratio)} of ${rate.to}`,
    rate.target === null ? '' : `>= ${rate.target}`,
  ])
  return table(['Task processes', 'jobs/s', 'min-max', 'runs', 'beside', 'target'], rows)
}

export function scaleText({ rates, memory, targets }: Scale): string {
  const speed = rates.map((rate) => {
    const { ratioToFewest: ratio } = rate
    const compared = ratio === null ? ['', ''] : [ratioText(ratio), `>= ${targets.ratio}`]
    return [rate.title, ...rateCells(rate), ...compared]
  })
  const text = table(['Scale', 'jobs/s', 'min-max', 'runs', 'of fewest', 'target'], speed)
  return memory.length === 0 ? text : `${text}\n\n${memoryText(memory, targets.peakMb)}`
}

function memoryText(memory: readonly Memory[], targetMb: number): string {
  const rows = memory.map(({ concurrency, waiting, drained, workerMb, taskProcessesMb }) => [
    `${waiting.toLocaleString('en')} waiting, concurrency ${concurrency}`,
    drained.toLocaleString('en'),
    workerMb.toFixed(0),
    taskProcessesMb.map((mb) => mb.toFixed(0)).join(', '),
    `each < ${targetMb}`,
  ])
  return table(['Peak memory, MB', 'drained', 'worker', 'task processes', 'target'], rows)
}
