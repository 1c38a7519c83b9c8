import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../src/stores/store.js'
import { withStore } from './engine.js'
import { childrenOf, peakMb, processesCanBeRead } from './processes.js'
import { startWorker, type WorkerProcess } from './worker-process.js'

/** The most resident memory of a worker and its task processes that drain while many jobs wait. */
export interface Memory {
  readonly concurrency: number
  readonly waiting: number
  readonly drained: number
  readonly workerMb: number
  readonly taskProcessesMb: readonly number[]
}

interface Waiting {
  readonly project: string
  readonly store: string
  readonly waiting: number
}

// As a worker comes, and as the drains that are measured for their speed.
const concurrencies = [10, 100]

/** Worker after worker, each until it has drained at least so many. Empty where the system does not tell. */
export function measureMemory(packageRoot: string, where: Waiting, count: number): Promise<Memory[]> {
  return withStore(where.store, 'full', async (store) => {
    const memory: Memory[] = []
    for (const concurrency of processesCanBeRead ? concurrencies : []) {
      const worker = await startWorker(packageRoot, where.project, ['--concurrency', String(concurrency)])
      try {
        const drained = await completions(store, worker, count)
        const taskProcessesMb = childrenOf(worker.pid).map(peakMb)
        memory.push({ concurrency, waiting: where.waiting, drained, workerMb: peakMb(worker.pid), taskProcessesMb })
      } finally {
        await worker.stop()
      }
    }
    return memory
  })
}

/** Resolves to how many more have completed, once they are as many as wanted. */
async function completions(store: Store, worker: WorkerProcess, wanted: number): Promise<number> {
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
