import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskProgram } from '../src/engine/executors/task-process.js'
import type { Store } from '../src/stores/store.js'
import { drain, enqueueInBulk, withStore } from './engine.js'
import { type Rate, type Rounds, spreadOf } from './measure.js'
import { childrenOf, peakMb, processesCanBeRead } from './processes.js'
import { noopTask, projectWithTask } from './projects.js'
import { ratioOf } from './ratio.js'
import { startWorker, type WorkerProcess } from './worker-process.js'

export interface ScaleJobs {
  /** Waiting and drained. */
  readonly few: number
  /** Waiting, while as many as the few are drained. */
  readonly many: number
  readonly rounds: number
}

/** Whether it matters how many jobs wait. */
export interface Scale {
  readonly rates: readonly Rate[]
  /** The rate with many waiting over that with few. */
  readonly ratio: number
  /** Empty where the system does not tell. */
  readonly memory: readonly Memory[]
}

/** The most resident memory of a worker and its task processes that drain with many waiting. */
export interface Memory {
  readonly concurrency: number
  readonly waiting: number
  readonly drained: number
  readonly workerMb: number
  readonly taskProcessesMb: readonly number[]
}

const concurrency = 100

// As a worker comes, and as the drains above.
const memoryConcurrencies = [10, concurrency]

/** Each round drains as many jobs, with many more waiting and with none. */
export async function measureScale(
  packageRoot: string,
  folder: string,
  program: TaskProgram,
  jobs: ScaleJobs,
  rounds: Rounds,
): Promise<Scale> {
  const project = projectWithTask(join(folder, 'scale'), 'noop', noopTask)
  const { few, many } = jobs
  const rates: { few: number[]; many: number[] } = { few: [], many: [] }
  await withStore(storeOf(project), 'full', async (store) => {
    await enqueueInBulk(store, many)
    for (let round = 0; round <= jobs.rounds; round++) {
      const withFew = await rounds.inFolder((own) => drainNew(join(own, 'jobs.db'), program, few))
      // What was drained is filled up again: as many wait each time.
      const withMany = await drain(store, program, concurrency, few)
      await enqueueInBulk(store, few)
      if (round === 0) continue // warms up
      rates.few.push((few / withFew) * 1_000)
      rates.many.push((few / withMany) * 1_000)
    }
  })
  const ofFew = rateOf('scale.few', few, few, rates.few)
  const ofMany = rateOf('scale.many', many, few, rates.many)
  return {
    rates: [ofFew, ofMany],
    ratio: ratioOf(ofMany, ofFew),
    memory: await measureMemory(packageRoot, project, jobs),
  }
}

function drainNew(path: string, program: TaskProgram, count: number): Promise<number> {
  return withStore(path, 'full', async (store) => {
    await enqueueInBulk(store, count)
    return drain(store, program, concurrency, count)
  })
}

function rateOf(id: string, waiting: number, jobs: number, perRound: readonly number[]): Rate {
  const title = `drain ${jobs.toLocaleString('en')} of ${waiting.toLocaleString('en')} waiting`
  return { id, title, jobs, jobsPerSecond: spreadOf(perRound), perRound }
}

/** Worker after worker: each drains a part of what waits. */
function measureMemory(packageRoot: string, project: string, { few, many }: ScaleJobs): Promise<Memory[]> {
  return withStore(storeOf(project), 'full', async (store) => {
    const memory: Memory[] = []
    for (const concurrency of processesCanBeRead ? memoryConcurrencies : []) {
      const worker = await startWorker(packageRoot, project, ['--concurrency', String(concurrency)])
      try {
        const drained = await waitFor(store, worker, 2 * few)
        const taskProcessesMb = childrenOf(worker.pid).map(peakMb)
        memory.push({ concurrency, waiting: many, drained, workerMb: peakMb(worker.pid), taskProcessesMb })
      } finally {
        await worker.stop()
      }
    }
    return memory
  })
}

function storeOf(project: string): string {
  return join(project, '.offstage/jobs.db')
}

/** Resolves to how many more have completed, once they are as many as wanted. */
async function waitFor(store: Store, worker: WorkerProcess, wanted: number): Promise<number> {
  const before = await completed(store)
  for (;;) {
    const drained = (await completed(store)) - before
    if (drained >= wanted) return drained
    await Promise.race([sleep(250), worker.ended])
  }
}

async function completed(store: Store): Promise<number> {
  return (await store.statistics(null)).reduce((sum, task) => sum + task.completed, 0)
}
