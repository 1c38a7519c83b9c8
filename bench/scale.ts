import { join } from 'node:path'
import { inBatches } from './in-flight.js'
import { type Rate, rateOf } from './measure.js'
import type { Project } from './projects.js'
import { addMany, storeAt, storeUrl } from './systems/offstage.js'
import { startWorker } from './systems/offstage-worker.js'

export interface ScaleJobs {
  readonly few: number
  readonly many: number
  /** How many are drained each time, half of the few: no worker may run out of jobs to claim ahead. */
  readonly drained: number
  readonly rounds: number
}

interface Level {
  readonly id: string
  readonly which: string
  readonly url: string
  readonly waiting: number
  /** Jobs of a task that no worker knows, which arrived before all others. */
  readonly unknown: number
  readonly perRound: number[]
}

/** Whether it matters how many jobs wait. A fresh worker each time drains as many jobs of each store, in turn. */
export async function measureScale(project: Project, folder: string, jobs: ScaleJobs): Promise<Rate[]> {
  const level = (id: string, which: string, waiting: number, unknown = 0): Level => {
    return { id, which, url: storeUrl(join(folder, id)), waiting, unknown, perRound: [] }
  }
  const text = (count: number) => count.toLocaleString('en')
  const levels = [
    level('scale.few', `${text(jobs.few)} waiting`, jobs.few),
    level('scale.unknown', `${text(jobs.few)} behind as many of an unknown task`, jobs.few, jobs.few),
    level('scale.many', `${text(jobs.many)} waiting`, jobs.many),
  ]
  for (const { url, unknown } of levels) await enqueue(url, 'unknown', unknown)
  for (let round = 1; round <= jobs.rounds; round++) {
    for (const { url, waiting, unknown, perRound } of round % 2 === 1 ? levels : levels.toReversed()) {
      await fillUp(url, waiting + unknown)
      perRound.push((jobs.drained / (await drain(project, url, jobs.drained))) * 1_000)
    }
  }
  const work = `drain ${text(jobs.drained)} jobs`
  return levels.map(({ id, which, perRound }) => rateOf({ id, work, which, jobs: jobs.drained }, perRound))
}

async function drain(project: Project, url: string, count: number): Promise<number> {
  const worker = await startWorker(project, url, ['--concurrency', '100'])
  try {
    return await worker.drain(count)
  } finally {
    await worker.stop()
  }
}

/** Enqueues what is missing: what a worker had claimed ahead has ended too. */
export async function fillUp(url: string, waiting: number): Promise<void> {
  const store = await storeAt(url)
  const queues = await store.queues()
  await store.close()
  await enqueue(url, 'noop', waiting - queues.reduce((sum, { counts }) => sum + counts.queued, 0))
}

async function enqueue(url: string, task: string, count: number): Promise<void> {
  const store = await storeAt(url)
  await inBatches(count, 1_000, (numbers) => addMany(store, task, numbers))
  await store.close()
}
