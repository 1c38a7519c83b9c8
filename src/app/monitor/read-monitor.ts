import { defaultHealthLimits } from '../../domain/health.js'
import { type EpochMs, idNumber, type JobId } from '../../domain/job.js'
import type { TaskStatistics } from '../../domain/statistics.js'
import type { JobFilter, JobReader, PausedQueue, QueueSample, Store } from '../../stores/store.js'
import { healthAtAGlance } from '../../views/health.js'
import { type JobListItem, jobToListItem } from '../../views/job.js'
import { queueToJson } from '../../views/queue.js'
import { shownTask } from '../../views/shown-task.js'
import { type SeenWorker, seenWorkers } from '../../views/worker.js'
import { readHealth } from '../health/current-health.js'
import { listJobs } from '../jobs/list-jobs.js'
import { isSchedulerAlive } from '../schedules/find-schedule.js'
import { Aged } from './aged.js'
import { LastHourReader } from './last-hour.js'
import type { MonitorData, MonitoredQueue, MonitoredSchedule, MonitorWish, RunningJob } from './monitor-data.js'
import { depthsOf, inPerMinute, outMs, outPerMinute, samplesMs } from './queue-flows.js'
import { monitoredFailures } from './read-failures.js'
import { JobDetailReader } from './read-job.js'
import { ScheduleReader } from './read-schedules.js'
import { monitoredWorkers } from './read-workers.js'

const maxRunning = 1_000
const runningShown = 20
const healthAgeMs = 3_000

/** Reads what the monitor shows: counters each time, and what costs more only when it is seen or old. */
export class MonitorReader {
  readonly #store: Store
  readonly #redact: readonly string[]
  readonly #lastHour: LastHourReader
  readonly #schedules: ScheduleReader
  readonly #detail: JobDetailReader
  readonly #samples: Aged<readonly QueueSample[]>
  readonly #lastMinutes: Aged<readonly TaskStatistics[]>
  readonly #health: Aged<MonitorData['health']>
  readonly #failures: Aged<MonitorData['failures']>
  readonly #scheduleList: Aged<readonly MonitoredSchedule[]>
  readonly #schedulesWithSlots: Aged<readonly MonitoredSchedule[]>

  constructor(store: Store, redact: readonly string[]) {
    this.#store = store
    this.#redact = redact
    this.#lastHour = new LastHourReader(store)
    this.#schedules = new ScheduleReader(store, redact)
    this.#detail = new JobDetailReader(store, redact)
    this.#samples = new Aged(15_000, (now) => store.queueSamples(now - samplesMs))
    this.#lastMinutes = new Aged(5_000, (now) => store.statistics(now - outMs))
    this.#health = new Aged(healthAgeMs, async (now) =>
      healthAtAGlance((await readHealth(store, defaultHealthLimits, now, redact)).health),
    )
    this.#failures = new Aged(2_000, (now) => monitoredFailures(store, now, redact))
    this.#scheduleList = new Aged(5_000, (now) => this.#schedules.read(now, false))
    this.#schedulesWithSlots = new Aged(2_000, (now) => this.#schedules.read(now, true))
  }

  /** After an action: what is old counts no more. */
  forget(): void {
    for (const aged of [this.#health, this.#failures, this.#scheduleList, this.#schedulesWithSlots]) aged.forget()
  }

  /** What the wish asks for. Parts that it does not ask for are missing. Throws StoreUnavailableError. */
  async read(wish: MonitorWish, now: EpochMs): Promise<Partial<MonitorData> & Pick<MonitorData, 'at'>> {
    const { view, job, onlyJob } = wish
    if (onlyJob && job !== null) return { at: now, job: await this.#detail.read(job, wish.wantsLog, now) }
    const jobs = await this.#store.running(maxRunning)
    const seen = seenWorkers(await this.#store.workers(), now)
    const base = {
      at: now,
      health: await this.#health.get(now),
      workers: monitoredWorkers(seen, jobs),
      queues: await this.#queues(seen, now),
    }
    switch (view) {
      case 'overview':
        return {
          ...base,
          running: await runningJobs(this.#store, jobs.slice(0, runningShown), this.#redact),
          lastHour: await this.#lastHour.read(now),
          failures: await this.#failures.get(now),
          schedules: await this.#scheduleList.get(now),
          schedulerAlive: await isSchedulerAlive(this.#store, now),
        }
      case 'queues':
        return base
      case 'jobs':
        return { ...base, ...(await this.#jobs(wish, now)) }
      case 'workers':
        return { ...base, running: await runningJobs(this.#store, jobs, this.#redact) }
      case 'schedules':
        return {
          ...base,
          schedules: await this.#schedulesWithSlots.get(now),
          schedulerAlive: await isSchedulerAlive(this.#store, now),
          history: wish.schedule === null ? null : await this.#schedules.history(wish.schedule),
        }
      case 'failures':
        return { ...base, failures: await this.#failures.get(now) }
    }
  }

  async #queues(workers: readonly SeenWorker[], now: EpochMs): Promise<readonly MonitoredQueue[]> {
    const [infos, paused, samples, lastMinutes, hour] = [
      await this.#store.queues(),
      await this.#store.pausedQueues(),
      await this.#samples.get(now),
      await this.#lastMinutes.get(now),
      await this.#lastHour.sums(now),
    ]
    return infos.map((info) => {
      const own = samples.filter(({ queue }) => queue === info.name)
      const done = hour.filter(({ queue }) => queue === info.name)
      return {
        ...queueToJson(info, workers, now),
        pausedAt: paused.find(({ name }: PausedQueue) => name === info.name)?.pausedAt ?? null,
        depths: depthsOf(own, info.counts.queued, now),
        inPerMinute: inPerMinute(own, now),
        outPerMinute: outPerMinute(lastMinutes, info.name),
        completedLastHour: done.reduce((sum, { completed }) => sum + completed, 0),
      }
    })
  }

  async #jobs({ jobs: { filter, limit }, job, wantsLog }: MonitorWish, now: EpochMs) {
    const { items, next } = await listJobs(this.#store, filter, { limit, after: null }, this.#redact)
    const detail = job === null ? null : await this.#detail.read(job, wantsLog, now)
    const left =
      next === null || job === null || items.some(({ id }) => id === job) ? [] : await this.#left(job, filter)
    return { jobs: { filter, items: [...items, ...left], hasMore: next !== null }, job: detail }
  }

  /** The job at the cursor, if newer ones have pushed it off the page: it stays in the list as long as the filter finds it. */
  async #left(id: JobId, filter: JobFilter): Promise<readonly JobListItem[]> {
    const number = idNumber(id, 'j')
    if (number === null) return []
    const page = { limit: 1, after: `j${number + 1}` }
    const { items } = await listJobs(this.#store, filter, page, this.#redact)
    return items.filter((item) => item.id === id)
  }
}

async function runningJobs(
  store: JobReader,
  jobs: Awaited<ReturnType<JobReader['running']>>,
  redact: readonly string[],
): Promise<readonly RunningJob[]> {
  const progress = await store.progress(jobs.map(({ id }) => id))
  return jobs.map((job) => ({
    id: job.id,
    task: shownTask(jobToListItem(job, redact)),
    queue: job.queue,
    worker: job.worker,
    startedAt: job.startedAt,
    progress: progress.get(job.id) ?? null,
  }))
}
