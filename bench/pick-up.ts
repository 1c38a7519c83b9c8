import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeJob, plainTaskDefaults } from '../src/domain/request.js'
import { systemClock } from '../src/engine/clock.js'
import type { Store } from '../src/stores/store.js'
import { withStore } from './engine.js'
import { type Latency, latencyOf, sendUnevenly, warmUpPickUps } from './latency.js'
import type { Rounds } from './measure.js'
import { peerPickUps } from './peers/pick-up.js'
import { childrenOf, cpuSeconds, processesCanBeRead } from './processes.js'
import { projectWithTask } from './projects.js'
import { pickUpTargets } from './targets.js'
import { startWorker, type WorkerProcess } from './worker-process.js'

/** How soon an idle worker in another process runs a job, and what it costs while there is none. */
export interface PickUp {
  readonly jobs: number
  readonly offstage: Latency
  readonly peers: readonly Latency[]
  /** In percent of one core; null where the system does not tell. */
  readonly idleCpuPercent: { readonly worker: number; readonly taskProcesses: number } | null
  readonly targets: typeof pickUpTargets
}

const idleMs = 5_000
const patienceMs = 10_000

const pickUpTask = `
import { appendFileSync } from 'node:fs'

export default function pickUp(sentAt: string, file: string) {
  const now = process.hrtime.bigint()
  appendFileSync(file, \`\${now - BigInt(sentAt)}\\n\`)
}
`

export async function measurePickUp(
  packageRoot: string,
  folder: string,
  jobs: number,
  rounds: Rounds,
): Promise<PickUp> {
  const project = projectWithTask(join(folder, 'pick-up'), 'pickUp', pickUpTask)
  const worker = await startWorker(packageRoot, project, [])
  let own: Pick<PickUp, 'offstage' | 'idleCpuPercent'>
  try {
    own = await withStore(join(project, '.offstage/jobs.db'), 'full', async (store) => {
      await pickUps(store, worker, join(project, 'warm-up'), warmUpPickUps)
      const offstage = latencyOf('Offstage, full', await pickUps(store, worker, join(project, 'waited'), jobs))
      return { offstage, idleCpuPercent: await idleCpu(worker) }
    })
  } finally {
    await worker.stop()
  }
  return { jobs, ...own, peers: await peerPickUps(rounds, jobs), targets: pickUpTargets }
}

/** From before each enqueue to the first line of its task, in milliseconds. */
async function pickUps(store: Store, worker: WorkerProcess, file: string, count: number): Promise<number[]> {
  writeFileSync(file, '')
  await sendUnevenly(count, (sentAt) =>
    store.enqueue([makeJob('pickUp', plainTaskDefaults, JSON.stringify([sentAt, file]), {}, systemClock.now())]),
  )
  const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const deadline = performance.now() + patienceMs
  while (lines().length < count) {
    if (performance.now() > deadline) throw new Error(`only ${lines().length} of ${count} jobs were picked up`)
    await Promise.race([sleep(20), worker.ended])
  }
  return lines().map((nanoseconds) => Number(nanoseconds) / 1e6)
}

async function idleCpu(worker: WorkerProcess): Promise<PickUp['idleCpuPercent']> {
  if (!processesCanBeRead) return null
  const children = childrenOf(worker.pid)
  const used = () => [cpuSeconds(worker.pid), children.map(cpuSeconds).reduce((a, b) => a + b, 0)] as const
  await sleep(1_000) // the last job's end is stored
  const before = used()
  const start = performance.now()
  await Promise.race([sleep(idleMs), worker.ended])
  const after = used()
  const spentMs = performance.now() - start
  const percent = (seconds: number) => (seconds / spentMs) * 100_000
  return { worker: percent(after[0] - before[0]), taskProcesses: percent(after[1] - before[1]) }
}
