import { lives } from '../../domain/explain/facts.js'
import { failureRateOf, type Health, type HealthLimits, judgeHealth, maxFailureRate } from '../../domain/health.js'
import type { EpochMs } from '../../domain/job.js'
import { metricsOf, type TaskMetrics } from '../../domain/metrics.js'
import { isNotificationKey } from '../../domain/notification.js'
import { faulty, type ScheduleHealth, scheduleHealth } from '../../domain/schedule/health.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { slotsOf } from '../../domain/schedule/slots.js'
import { shellTask } from '../../domain/shell-task.js'
import type { JobReader, QueueInfo, Store } from '../../stores/store.js'
import { shownFailure } from '../../views/failure.js'
import { type SeenWorker, seenWorkers, serversOf, takesJobs } from '../../views/worker.js'
import { mapInTurns } from '../in-turns.js'

/** What the store says of health. */
export interface HealthReadings {
  readonly recent: TaskMetrics
  readonly queues: readonly QueueInfo[]
  readonly workers: readonly SeenWorker[]
  /** Each schedule, behind or not. */
  readonly behind: readonly ScheduleHealth[]
}

/** Reads what health depends on. Reads counters, and no jobs but the oldest of each queue. */
export async function healthReadings(
  store: Store,
  limits: HealthLimits,
  now: EpochMs,
): Promise<HealthReadings & { readonly schedules: readonly StoredSchedule[] }> {
  const [statistics, queues, workers, schedules] = await Promise.all([
    store.statistics(now - limits.windowMs),
    store.queues(),
    store.workers(),
    store.schedules(),
  ])
  const recent = metricsOf(statistics).all
  const behind = await scheduleHealths(schedules, now)
  return { recent, queues, workers: seenWorkers(workers, now), schedules, behind }
}

/** Judges by what was read; reads the most frequent error if too many jobs have failed. */
export async function judge(
  store: JobReader,
  { recent, queues, workers, behind }: HealthReadings,
  limits: HealthLimits,
  redact: readonly string[],
  now: EpochMs,
): Promise<Health> {
  const failsOften = (failureRateOf(recent) ?? 0) > maxFailureRate.degraded
  return judgeHealth(
    {
      completed: recent.completed,
      failed: recent.failed,
      mostFailing: failsOften ? await mostFailing(store, now - limits.windowMs, redact) : null,
      queues: queues
        .filter(({ paused }) => !paused)
        .map((queue) => ({
          name: queue.name,
          queued: queue.counts.queued,
          oldestMs: waitedMs(queue, now),
          isServed: serversOf(queue.name, workers).length > 0,
        })),
      workersAlive: workersAlive(workers),
      schedules: behind,
    },
    limits,
  )
}

/** How many living workers take jobs from queues. */
export function workersAlive(workers: readonly SeenWorker[]): number {
  return workers.filter((seen) => lives(seen) && takesJobs(seen)).length
}

/** For how long the oldest queued job of a queue has waited; null if none waits. */
export function waitedMs({ oldestQueuedAt }: QueueInfo, now: EpochMs): number | null {
  return oldestQueuedAt === null ? null : Math.max(0, now - oldestQueuedAt)
}

/** What health looks at in each schedule. Gives the event loop turns: the next time of a cron rule takes 0.1 ms. */
export function scheduleHealths(
  schedules: readonly StoredSchedule[],
  now: EpochMs,
): Promise<readonly ScheduleHealth[]> {
  return mapInTurns(schedules, (schedule) => {
    if (schedule.plan === null) return faulty(schedule, schedule.fault ?? 'it has no rule')
    try {
      return scheduleHealth(schedule, slotsOf(schedule.plan.rule), now)
    } catch (thrown) {
      // A rule that this system cannot follow, such as of a zone that it does not know.
      return faulty(schedule, thrown instanceof Error ? thrown.message : String(thrown))
    }
  })
}

// More groups than this are not looked at for the most frequent one.
const maxGroups = 200

async function mostFailing(store: JobReader, since: EpochMs, redact: readonly string[]) {
  const groups = await store.failures(since, maxGroups)
  for (const most of groups.toSorted((a, b) => b.count - a.count)) {
    const sample = await store.job(most.sample)
    // The failures of notifications count nothing here.
    if (!isNotificationKey(sample?.key ?? null)) {
      const isSchedule = sample?.task === shellTask && sample.schedule?.name === most.task
      return { task: most.task, error: shownFailure(most, sample, redact), isSchedule }
    }
  }
  return null
}
