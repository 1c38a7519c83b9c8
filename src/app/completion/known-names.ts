import { resolve } from 'node:path'
import { formatDuration } from '../../domain/duration.js'
import type { EpochMs, Job, JobState } from '../../domain/job.js'
import { ruleText } from '../../domain/schedule/rule.js'
import { systemClock } from '../../engine/clock.js'
import { defaultStoreUrl, openStoreForReading, parseStoreUrl } from '../../open.js'
import { scanConfig } from '../../project/scan-config.js'
import { scanTasks } from '../../project/scan-tasks.js'
import type { JobReader, Store } from '../../stores/store.js'

/** A name with a few words about it; empty if there are none. */
export interface KnownName {
  readonly value: string
  readonly description: string
}

// More than anybody reads of a list that the shell shows.
const maxJobs = 50

/** The names of a project and its store, for the completion of a command line. It loads no module and runs no code. */
export class KnownNames {
  readonly #from: string
  readonly #storeUrl: string | null

  /** `from`: where to look for the project. `storeUrl`: the store, if the project does not say it. */
  constructor(from: string, storeUrl: string | null) {
    this.#from = from
    this.#storeUrl = storeUrl
  }

  tasks(typed: string): readonly KnownName[] {
    const project = scanConfig(this.#from)
    if (project === null) return []
    const tasks = scanTasks(resolve(project.root, project.tasks), typed)
    return tasks.map(({ name, description }) => ({ value: name, description: description ?? '' }))
  }

  queues(): Promise<readonly KnownName[]> {
    return this.#read(async (store) =>
      (await store.queues()).map(({ name, paused, counts }) => ({
        value: name,
        description: paused ? 'paused' : `${counts.queued} queued`,
      })),
    )
  }

  schedules(): Promise<readonly KnownName[]> {
    return this.#read(async (store) =>
      (await store.schedules()).map(({ name, plan }) => ({
        value: name,
        description: plan === null ? 'faulty' : ruleText(plan.rule),
      })),
    )
  }

  workers(): Promise<readonly KnownName[]> {
    return this.#read(async (store) =>
      (await store.workers()).map(({ id, host, process }) => ({
        value: id,
        description: `pid ${process.pid} on ${host}`,
      })),
    )
  }

  /** The newest jobs in these states. */
  jobs(states: readonly JobState[] | null): Promise<readonly KnownName[]> {
    return this.#read((store) => newestJobs(store, states))
  }

  async #read(use: (store: Store) => Promise<readonly KnownName[]>): Promise<readonly KnownName[]> {
    const project = scanConfig(this.#from)
    const location =
      this.#storeUrl === null
        ? parseStoreUrl(project?.store ?? defaultStoreUrl, project?.root ?? this.#from)
        : parseStoreUrl(this.#storeUrl, process.cwd(), project?.root ?? this.#from)
    const store = await openStoreForReading(location, systemClock)
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  }
}

async function newestJobs(store: JobReader, states: readonly JobState[] | null): Promise<readonly KnownName[]> {
  const filter = states === null ? {} : { states }
  const { items } = await store.jobs(filter, { limit: maxJobs, after: null })
  return items.map((job) => ({
    value: job.id,
    description: `${job.task} ${job.state}${endedAgo(job, systemClock.now())}`,
  }))
}

function endedAgo({ endedAt }: Job, now: EpochMs): string {
  return endedAt === null ? '' : ` ${formatDuration(Math.max(0, now - endedAt))} ago`
}
