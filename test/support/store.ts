import { findJob } from '../../src/app/jobs/find-job.js'
import { followJob } from '../../src/app/jobs/follow-job.js'
import type { Clock } from '../../src/domain/clock.js'
import type { JobId, OutputLine } from '../../src/domain/job.js'
import { type EnqueueOptions, makeJob, plainTaskDefaults } from '../../src/domain/request.js'
import type { DecidedSlot } from '../../src/domain/schedule/due.js'
import type { NewSchedule, SlotRecord } from '../../src/domain/schedule/schedule.js'
import { systemClock } from '../../src/engine/clock.js'
import { openStore, openStoreForReading, parseStoreUrl } from '../../src/open.js'
import { connectRedis } from '../../src/stores/bullmq/connection.js'
import { openRedisStore } from '../../src/stores/bullmq/store.js'
import type { Store } from '../../src/stores/store.js'
import type { JobJson } from '../../src/views/job.js'
import type { CliProject } from './cli.js'
import { newJob } from './job.js'
import { claimOf } from './schedule.js'
import { storeUrlOf } from './tested-store.js'

const locationOf = (project: CliProject) => parseStoreUrl(storeUrlOf(project), project.root)

/** The store of a project as it is at other times: leases are in the time of `clock` too, which on Redis they otherwise are not. */
export async function storeByClock(project: CliProject, clock: Clock): Promise<Store> {
  const location = locationOf(project)
  if (location.kind !== 'redis') return openStore(location, clock)
  const began = clock.now() - clock.monotonicMs()
  const connection = await connectRedis(location, systemClock)
  return openRedisStore(connection, location, clock, null, () => began + clock.monotonicMs())
}

async function closing<T>(opening: Promise<Store>, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await opening
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** Stores a job of a plain task as `run --detach` does, without the time that a command takes to start. */
export function enqueueJob(
  project: CliProject,
  task: string,
  args: readonly unknown[] = [],
  options: EnqueueOptions = {},
): Promise<JobId> {
  const job = makeJob(task, plainTaskDefaults, JSON.stringify(args), options, systemClock.now())
  return closing(openStore(locationOf(project), systemClock), async (store) => {
    const [enqueued] = await store.enqueue([job])
    return enqueued?.id ?? ''
  })
}

/** Stores many at once; what it answers is acknowledged. */
export function enqueueJobs(
  project: CliProject,
  task: string,
  count: number,
  args: readonly unknown[],
  options: EnqueueOptions = {},
): Promise<readonly JobId[]> {
  const job = makeJob(task, plainTaskDefaults, JSON.stringify(args), options, systemClock.now())
  return closing(openStore(locationOf(project), systemClock), async (store) => {
    const ids: JobId[] = []
    for (let left = count; left > 0; left -= 1_000) {
      const answers = await store.enqueue(Array.from({ length: Math.min(left, 1_000) }, () => job))
      ids.push(...answers.map(({ id }) => id))
    }
    return ids
  })
}

/** What `status ID --json` shows of a job. */
export function jobOf(project: CliProject, id: JobId): Promise<JobJson> {
  return closing(openStoreForReading(locationOf(project), systemClock), (store) =>
    findJob(store, id, [], systemClock.now()),
  )
}

/** Resolves to the jobs once all of them are final. */
export function finalJobs(project: CliProject, ids: readonly JobId[]): Promise<readonly JobJson[]> {
  const forEver = new AbortController().signal
  return closing(openStoreForReading(locationOf(project), systemClock), async (store) => {
    const jobs: JobJson[] = []
    for (const id of ids) {
      await followJob(store, id, forEver)
      jobs.push(await findJob(store, id, [], systemClock.now()))
    }
    return jobs
  })
}

/** What the first attempt of a job has printed. */
export function outputOf(project: CliProject, id: JobId): Promise<readonly OutputLine[]> {
  return closing(openStoreForReading(locationOf(project), systemClock), (store) =>
    store.output(id, 1, { after: 0, limit: 10_000 }),
  )
}

/** All jobs, the oldest first. */
export function jobsOf(project: CliProject): Promise<readonly JobJson[]> {
  return closing(openStoreForReading(locationOf(project), systemClock), async (store) => {
    const { items } = await store.jobs({}, { limit: 1_000, after: null })
    return Promise.all(items.map(({ id }) => findJob(store, id, [], systemClock.now())).reverse())
  })
}

/** How many jobs have ended so far, those that were pruned included. */
export function finishedJobs(project: CliProject): Promise<number> {
  return closing(openStoreForReading(locationOf(project), systemClock), async (store) => {
    const sums = await store.statistics(null)
    return sums.reduce((sum, { completed, failed }) => sum + completed + failed, 0)
  })
}

/** Cancels a job as any process may. */
export function cancelJob(project: CliProject, id: JobId): Promise<unknown> {
  return closing(openStore(locationOf(project), systemClock), (store) => store.cancel([id]))
}

/** Stores schedules as a source gives them, the time that a command takes to start left out. */
export function putSchedules(project: CliProject, schedules: readonly NewSchedule[]): Promise<unknown> {
  return closing(openStore(locationOf(project), systemClock), (store) => store.putSchedules(schedules))
}

/** Decides slots of a schedule as a scheduler does, all at one time. */
export function decideSlots(
  project: CliProject,
  name: string,
  slots: readonly DecidedSlot[],
): Promise<readonly SlotRecord[] | 'stale'> {
  return closing(openStore(locationOf(project), systemClock), async (store) => {
    const schedule = (await store.schedules()).find((candidate) => candidate.name === name)
    if (schedule === undefined) throw new Error(`no schedule ${name}`)
    return store.claimSlots(claimOf(schedule, slots, { job: newJob() }))
  })
}
