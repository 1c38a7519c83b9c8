import type { Job, Progress } from '../domain/job.js'
import { parseJson, resultOf } from '../domain/json.js'
import type { JobRecord } from './engine.js'

/** A job as a program reads it: nothing is masked. */
export function jobRecord(job: Job, progress: Progress | null): JobRecord {
  return {
    id: job.id,
    task: job.task,
    queue: job.queue,
    state: job.state,
    reason: job.reason,
    priority: job.priority,
    args: parseJson(job.argsJson) as readonly unknown[],
    key: job.key,
    createdAt: new Date(job.createdAt),
    dueAt: new Date(job.dueAt),
    startedAt: job.startedAt === null ? null : new Date(job.startedAt),
    endedAt: job.endedAt === null ? null : new Date(job.endedAt),
    attempt: job.attempt,
    failures: job.failures,
    losses: job.losses,
    maxRetries: job.maxRetries,
    timeoutMs: job.timeoutMs,
    progress: progress === null ? null : { fraction: progress.fraction, message: progress.message },
    result: job.resultJson === null ? null : resultOf(job.resultJson),
    error: job.error,
    worker: job.worker,
    schedule: job.schedule === null ? null : { name: job.schedule.name, slot: new Date(job.schedule.slot) },
  }
}
