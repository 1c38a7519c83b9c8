import type { Hold } from '../hold.js'
import type { EpochMs, WorkerId } from '../job.js'

/**
 * `silent`: it has not beaten for a while, but its lease holds. `expired`: its lease is over. `dead`: its process has
 * ended.
 */
export type WorkerStanding = 'alive' | 'silent' | 'expired' | 'dead'

/** The facts about a worker that explain where a job is. */
export interface WorkerFact {
  readonly id: WorkerId
  readonly pid: number
  readonly host: string
  /** null: all; none: a foreground run, which takes only jobs that are reserved for it. */
  readonly queues: readonly string[] | null
  /** The tasks that it knows; null if it did not report them. */
  readonly tasks: readonly string[] | null
  readonly standing: WorkerStanding
  readonly lastBeatAt: EpochMs
  /** Until when its lease holds if it does not beat again. */
  readonly leaseEndsAt: EpochMs
  readonly concurrency: number
  /** How many jobs it holds. */
  readonly running: number
}

/** What there is around a job that explains where it is. A job that has ended needs none of it. */
export interface JobFacts {
  readonly workers: readonly WorkerFact[]
  /** Since when its queue is paused; null if it is not. */
  readonly pausedAt: EpochMs | null
  /** How many jobs its queue gives out first, counted up to `maxAhead`. */
  readonly ahead: number
  readonly maxAhead: number
  /** What other programs on the store keep it back with. */
  readonly hold: Hold | null
}

export const noFacts: JobFacts = { workers: [], pausedAt: null, ahead: 0, maxAhead: 0, hold: null }

/** Whether a worker may still come for its jobs. */
export function lives({ standing }: Pick<WorkerFact, 'standing'>): boolean {
  return standing === 'alive' || standing === 'silent'
}

/** The living workers that serve a queue. */
export function servers(queue: string, { workers }: JobFacts): readonly WorkerFact[] {
  return workers.filter((worker) => lives(worker) && (worker.queues === null || worker.queues.includes(queue)))
}
