import { lives, type WorkerStanding } from '../domain/explain/facts.js'
import type { EpochMs, Job } from '../domain/job.js'
import { notifyQueue } from '../domain/notification.js'
import { hasEnded, thisHost } from '../engine/host.js'
import { beatMs, type NewWorker, type WorkerInfo } from '../stores/store.js'
import { isoTime } from './iso-time.js'

/** A worker with what is known of its process. */
export interface SeenWorker {
  readonly worker: WorkerInfo
  readonly standing: WorkerStanding
}

// One beat may be late.
const silentAfterMs = 2 * beatMs

/** How the workers stand, as seen from this machine. The one place that decides which worker is alive. */
export function seenWorkers(
  workers: readonly WorkerInfo[],
  now: EpochMs,
  here: Pick<NewWorker, 'bootId' | 'pidNamespace'> = thisHost(),
): readonly SeenWorker[] {
  return workers.map((worker) => ({ worker, standing: standingOf(worker, now, here) }))
}

function standingOf(
  worker: WorkerInfo,
  now: EpochMs,
  here: Pick<NewWorker, 'bootId' | 'pidNamespace'>,
): WorkerStanding {
  if (hasEnded(worker, here)) return 'dead'
  if (worker.expired) return 'expired'
  return now - worker.lastBeatAt > silentAfterMs ? 'silent' : 'alive'
}

/** Whether a worker takes jobs from queues: a foreground run takes only its own. */
export function takesJobs({ worker }: SeenWorker): boolean {
  return worker.queues === null || worker.queues.length > 0
}

/** The ids of the living workers that take jobs from a queue. */
export function serversOf(queue: string, workers: readonly SeenWorker[]): readonly string[] {
  return workers.filter((seen) => lives(seen) && serves(seen, queue)).map(({ worker }) => worker.id)
}

/** Every worker that takes jobs serves the queue of notifications. */
function serves(seen: SeenWorker, queue: string): boolean {
  const { queues } = seen.worker
  return queues === null || queues.includes(queue) || (queue === notifyQueue && takesJobs(seen))
}

/** A worker as programs read it, with those of the running jobs that it holds. `queues`: null for all. */
export function workerToJson({ worker, standing }: SeenWorker, running: readonly Job[]) {
  return {
    id: worker.id,
    state: standing === 'expired' ? 'dead' : standing,
    pid: worker.process.pid,
    host: worker.host,
    startedAt: isoTime(worker.startedAt),
    lastBeatAt: isoTime(worker.lastBeatAt),
    concurrency: worker.concurrency,
    queues: worker.queues,
    processes: worker.processes.map(({ pid, rssBytes }) => ({ pid, rssBytes })),
    rssBytes: worker.rssBytes,
    scheduler: worker.scheduler,
    running: running
      .filter((job) => job.worker === worker.id)
      .map((job) => ({ id: job.id, task: job.task, startedAt: isoTime(job.startedAt) })),
  }
}

export type WorkerJson = ReturnType<typeof workerToJson>
