import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Rounds } from './measure.js'
import { childrenOf, cpuSeconds, processesCanBeRead } from './processes.js'
import type { Queue, System } from './systems/system.js'

/** How soon an idle worker in another process runs a job, and what that costs. All rounds together. */
export interface PickUp {
  readonly id: string
  readonly which: string
  readonly jobs: number
  /** From before the call that enqueues to the first line of the task. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** The CPU of the worker and its task processes, without a server; null where there is no /proc, here and below. */
  readonly cpuMsPerJob: number | null
  /** Of one core, while nothing is enqueued. */
  readonly idlePercent: number | null
}

interface Measured {
  readonly waitedMs: number[]
  readonly cpuMsPerJob: number[]
  readonly idlePercent: number[]
}

// As a worker of Offstage has unless it is told.
const concurrency = 10
const warmUpJobs = 20
const idleMs = 5_000
const patienceMs = 10_000

/** A fresh worker of each system in turn, round after round, and a job each `gapMs`. */
export async function measurePickUps(
  systems: readonly System[],
  jobs: number,
  rounds: Rounds,
  gapMs = 50,
): Promise<PickUp[]> {
  const measured = systems.map((system) => ({ system, waitedMs: [], cpuMsPerJob: [], idlePercent: [] }))
  for (let round = 1; round <= rounds.count; round++) {
    rounds.starting(round)
    for (const { system, ...results } of measured) {
      await rounds.inFolder((folder) =>
        system.withBackend(folder, (address) => measureOne(system, address, folder, jobs, gapMs, results)),
      )
    }
  }
  return measured.map(({ system, ...results }) => summary(system, results))
}

async function measureOne(
  system: System,
  address: string,
  folder: string,
  jobs: number,
  gapMs: number,
  into: Measured,
): Promise<void> {
  const queue = await system.open(address)
  const worker = await system.startWorker(address, concurrency)
  try {
    await worker.serve()
    await pickUps(queue, join(folder, 'warm-up'), warmUpJobs, gapMs)
    const cpuMs = await cpuMsOf(worker.pid, async () => {
      into.waitedMs.push(...(await pickUps(queue, join(folder, 'waited'), jobs, gapMs)))
      await sleep(500) // their ends are stored
    })
    const idleCpuMs = await cpuMsOf(worker.pid, () => sleep(idleMs))
    if (!processesCanBeRead) return
    into.cpuMsPerJob.push(cpuMs / jobs)
    into.idlePercent.push((idleCpuMs / idleMs) * 100)
  } finally {
    await worker.stop()
    await queue.close()
  }
}

/** One after about `gapMs`, again and again; resolves to how long each waited. */
async function pickUps(queue: Queue, file: string, count: number, gapMs: number): Promise<number[]> {
  writeFileSync(file, '')
  for (let n = 0; n < count; n++) {
    // Uneven, so that no timer of the worker keeps step.
    await sleep(gapMs * (0.8 + Math.random() * 0.4))
    // Linux has one monotonic clock for all processes.
    await queue.add({ sentAt: String(process.hrtime.bigint()), file })
  }
  const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const deadline = performance.now() + patienceMs
  while (lines().length < count) {
    if (performance.now() > deadline) throw new Error(`only ${lines().length} of ${count} jobs were picked up`)
    await sleep(20)
  }
  return lines().map((nanoseconds) => Number(nanoseconds) / 1e6)
}

async function cpuMsOf(pid: number, use: () => Promise<void>): Promise<number> {
  const used = () => (processesCanBeRead ? [pid, ...childrenOf(pid)].reduce((sum, one) => sum + cpuSeconds(one), 0) : 0)
  const before = used()
  await use()
  return (used() - before) * 1_000
}

function summary({ id, title }: System, { waitedMs, cpuMsPerJob, idlePercent }: Measured): PickUp {
  const sorted = waitedMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  // The kernel counts in hundredths of a second: one round alone says little.
  const mean = (values: readonly number[]) =>
    values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length
  return {
    id,
    which: title,
    jobs: sorted.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    cpuMsPerJob: mean(cpuMsPerJob),
    idlePercent: mean(idlePercent),
  }
}
