import { lives } from '../../domain/explain/facts.js'
import type { EpochMs, Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { JobReader } from '../../stores/store.js'
import { type SeenWorker, seenWorkers, serversOf, takesJobs } from '../../views/worker.js'

/** What keeps a job of a queue waiting: no worker could run it, or its queue is paused. */
export type Obstacle =
  | { readonly kind: 'no worker' }
  | { readonly kind: 'not served' | 'paused'; readonly queue: string }
  | { readonly kind: 'not known'; readonly queue: string; readonly task: string }

/** What keeps these jobs waiting, each once. Those that have ended, or that a living process holds, wait for nothing. */
export async function obstaclesOf(
  store: Pick<JobReader, 'job' | 'workers' | 'pausedQueues'>,
  ids: readonly JobId[],
  now: EpochMs,
): Promise<readonly Obstacle[]> {
  const workers = seenWorkers(await store.workers(), now)
  const isHeld = ({ worker, reservedFor }: Job) =>
    workers.some((seen) => lives(seen) && [worker, reservedFor].includes(seen.worker.id))
  const jobs = await jobsOf(store, ids)
  return obstacles(
    jobs.filter((job) => !isFinal(job.state) && !isHeld(job)),
    workers,
    await pausedNames(store),
  )
}

/** What would keep these jobs waiting if they were queued now, each once. */
export async function obstaclesToRetry(
  store: Pick<JobReader, 'job' | 'workers' | 'pausedQueues'>,
  ids: readonly JobId[],
  now: EpochMs,
): Promise<readonly Obstacle[]> {
  const workers = seenWorkers(await store.workers(), now)
  return obstacles(await jobsOf(store, ids), workers, await pausedNames(store))
}

async function jobsOf(store: Pick<JobReader, 'job'>, ids: readonly JobId[]): Promise<readonly Job[]> {
  const jobs: Job[] = []
  for (const id of ids) jobs.push(...[await store.job(id)].filter((job) => job !== null))
  return jobs
}

async function pausedNames(store: Pick<JobReader, 'pausedQueues'>): Promise<readonly string[]> {
  return (await store.pausedQueues()).map(({ name }) => name)
}

function obstacles(
  jobs: readonly Pick<Job, 'queue' | 'task'>[],
  workers: readonly SeenWorker[],
  paused: readonly string[],
): readonly Obstacle[] {
  const found = new Map<string, Obstacle>()
  const add = (obstacle: Obstacle) => found.set(JSON.stringify(obstacle), obstacle)
  for (const { queue, task } of jobs) {
    const serving = serversOf(queue, workers)
    const knows = ({ worker }: SeenWorker) =>
      serving.includes(worker.id) && (worker.tasks === null || worker.tasks.includes(task))
    if (!workers.some((seen) => lives(seen) && takesJobs(seen))) add({ kind: 'no worker' })
    else if (serving.length === 0) add({ kind: 'not served', queue })
    else if (!workers.some(knows)) add({ kind: 'not known', queue, task })
    if (paused.includes(queue)) add({ kind: 'paused', queue })
  }
  return [...found.values()]
}
