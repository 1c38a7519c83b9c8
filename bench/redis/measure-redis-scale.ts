import { setTimeout as sleep } from 'node:timers/promises'
import { type Rounds, type Spread, spreadOf } from '../measure.js'
import type { Project } from '../projects.js'
import { makeNetworks } from './networks.js'
import { type Place, type ScaledTask, startScaled } from './scaled-workers.js'
import { type SharedRedis, withSharedRedis } from './shared-redis.js'
import { type SideId, sideIds } from './sides.js'

export interface RedisScaleCounts {
  readonly rounds: number
  readonly noop: number
  /** Of a task that waits, for each worker. */
  readonly waitPerWorker: number
}

/** Workers that share one Redis, of Offstage and of plain BullMQ. */
export interface RedisScale {
  /** Why the workers had no networks of their own; null: they had. */
  readonly withoutNetworks: string | null
  readonly levels: readonly ScaleLevel[]
}

export interface ScaleLevel {
  readonly side: SideId
  readonly task: ScaledTask
  readonly workers: number
  readonly jobsPerSecond: Spread
  readonly perRound: readonly number[]
  /** CPU microseconds of Redis a job. */
  readonly redisUs: Spread
}

const tasks: readonly ScaledTask[] = ['wait', 'noop']
const workerCounts = [1, 2, 4, 8]
const patienceMs = 120_000

export async function measureRedisScale(
  project: Project,
  folder: string,
  counts: RedisScaleCounts,
  rounds: Rounds,
): Promise<RedisScale> {
  const networks = makeNetworks(Math.max(...workerCounts))
  const host = typeof networks === 'string' ? null : networks.host
  try {
    const levels = await withSharedRedis(folder, host, (redis) => {
      const startedBy = (worker: number) => (typeof networks === 'string' ? [] : networks.within(worker))
      return measureLevels({ project, redis, host: host ?? '127.0.0.1', startedBy }, counts, rounds)
    })
    return { withoutNetworks: typeof networks === 'string' ? networks : null, levels }
  } finally {
    if (typeof networks !== 'string') networks.remove()
  }
}

async function measureLevels(place: Place, counts: RedisScaleCounts, rounds: Rounds): Promise<ScaleLevel[]> {
  const measured = tasks.flatMap((task) =>
    workerCounts.flatMap((workers) =>
      sideIds.map((side) => ({ side, task, workers, perRound: [] as number[], redisUs: [] as number[] })),
    ),
  )
  for (let round = 1; round <= counts.rounds; round++) {
    rounds.starting(round)
    for (const { side, task, workers, perRound, redisUs } of round % 2 === 1 ? measured : measured.toReversed()) {
      const jobs = task === 'noop' ? counts.noop : counts.waitPerWorker * workers
      await place.redis.empty()
      const started = await startScaled[side](place, workers, task, jobs)
      try {
        await started.begin()
        const { perSecond, redisUsPerJob } = await paceOf(place.redis, started.queue, jobs)
        perRound.push(perSecond)
        redisUs.push(redisUsPerJob)
      } finally {
        await started.stop()
      }
    }
  }
  return measured.map((one) => ({
    ...one,
    jobsPerSecond: spreadOf(one.perRound),
    redisUs: spreadOf(one.redisUs),
  }))
}

/** From the end of a tenth of the jobs to that of nine tenths: all workers have begun, and none is without work. */
async function paceOf(redis: SharedRedis, queue: string, jobs: number) {
  const deadline = performance.now() + patienceMs
  const reach = async (wanted: number) => {
    for (;;) {
      const done = await redis.completed(queue)
      const at = performance.now()
      if (done >= wanted) return { done, at, cpuMs: await redis.cpuMs() }
      if (at > deadline) throw new Error(`only ${done} of ${jobs} jobs were completed in time`)
      await sleep(10)
    }
  }
  const first = await reach(jobs * 0.1)
  const last = await reach(jobs * 0.9)
  const done = last.done - first.done
  return {
    perSecond: (done / (last.at - first.at)) * 1_000,
    redisUsPerJob: ((last.cpuMs - first.cpuMs) * 1_000) / done,
  }
}
