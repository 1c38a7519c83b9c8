import { join } from 'node:path'
import { childrenOf, peakMb, processesCanBeRead } from './processes.js'
import type { Project } from './projects.js'
import { measureReadings, type Readings } from './reading.js'
import { fillUp } from './scale.js'
import { storeUrl } from './systems/offstage.js'
import { startWorker } from './systems/offstage-worker.js'

export interface MillionJobs {
  /** So many wait, and later so many have ended. */
  readonly jobs: number
  /** So many of them are drained where memory is measured. */
  readonly drainedForMemory: number
  readonly readingRounds: number
}

/** What a store with very many jobs costs beside time. */
export interface Millions {
  readonly jobs: number
  /** Empty where there is no /proc. */
  readonly memory: readonly Memory[]
  /** Of a store with so many waiting and as many ended. */
  readonly readings: Readings
}

/** The most resident memory of a worker and its task processes. */
export interface Memory {
  readonly concurrency: number
  readonly drained: number
  readonly workerMb: number
  readonly taskProcessesMb: readonly number[]
}

export async function measureMillions(project: Project, folder: string, jobs: MillionJobs): Promise<Millions> {
  const url = storeUrl(join(folder, 'millions'))
  const memory: Memory[] = []
  // As a worker comes, and as the drains that are measured for their speed; at last all of them, which have ended then.
  for (const [concurrency, count] of [
    [10, jobs.drainedForMemory],
    [100, jobs.drainedForMemory],
    [100, jobs.jobs],
  ] as const) {
    await fillUp(url, jobs.jobs)
    memory.push(await memoryOf(project, url, concurrency, count))
  }
  await fillUp(url, jobs.jobs)
  const empty = storeUrl(join(folder, 'empty-store'))
  await fillUp(empty, 0)
  const readings = await measureReadings(project.packageRoot, folder, empty, url, jobs.readingRounds)
  return { jobs: jobs.jobs, memory: processesCanBeRead ? memory : [], readings }
}

async function memoryOf(project: Project, url: string, concurrency: number, drained: number): Promise<Memory> {
  const worker = await startWorker(project, url, ['--concurrency', String(concurrency)])
  try {
    await worker.drain(drained)
    const taskProcessesMb = processesCanBeRead ? childrenOf(worker.pid).map(peakMb) : []
    return { concurrency, drained, workerMb: processesCanBeRead ? peakMb(worker.pid) : 0, taskProcessesMb }
  } finally {
    await worker.stop()
  }
}
