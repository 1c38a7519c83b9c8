import type { Clock } from '../../domain/clock.js'
import type { JobState, NewJob, WorkerId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { goneWorkerError } from '../losses.js'
import type { Enqueued } from '../store.js'
import { cancelJob } from './cancel.js'
import type { NewJobs, NewRow } from './new-jobs.js'
import { workerNumber } from './rows.js'
import type { Statements } from './statements.js'

/** Stores one job, or answers what its unique key says. */
export function enqueueJob(statements: Statements, clock: Clock, newJobs: NewJobs, job: NewJob): Enqueued {
  if (job.key !== null) newJobs.write() // the holder may be among them
  const holder = job.key === null ? null : keyHolder(statements, clock, job.key.name)
  if (job.key !== null && holder !== null && job.key.policy !== 'replace') {
    return { id: `j${holder}`, answer: job.key.policy === 'skip' ? 'existing' : 'refused' }
  }
  if (holder !== null) cancelJob(statements, clock, holder)
  const id = newJobs.add(rowOf(statements, clock, job))
  if (job.lostWithWorker) {
    newJobs.write()
    statements.loseWithWorker.run(id)
  }
  if (job.key !== null) statements.holdKey.run(job.key.name, id, clock.now() + job.key.forMs)
  return { id: `j${id}`, answer: holder === null ? 'created' : 'replaced' }
}

/** The job that holds a key: one that is not final, or whose time with the key is not over. */
function keyHolder(statements: Statements, clock: Clock, name: string): number | null {
  const holder = statements.keyHolder.get(name) as
    | { readonly job: number; readonly heldUntil: number; readonly state: JobState | null }
    | undefined
  if (holder === undefined) return null
  const ended = holder.state === null || isFinal(holder.state)
  return ended && holder.heldUntil <= clock.now() ? null : holder.job
}

function rowOf(statements: Statements, clock: Clock, job: NewJob): NewRow {
  const now = clock.now()
  return [
    job.task,
    job.queue,
    job.dueAt > now ? 'scheduled' : 'queued',
    job.priority,
    job.argsJson,
    job.key?.name ?? null,
    now,
    Math.max(job.dueAt, now),
    job.expiresAt,
    job.maxRetries,
    job.backoff === null ? null : JSON.stringify(job.backoff),
    job.timeoutMs,
    job.reservedFor === null ? null : liveWorker(statements, job.reservedFor, job.lostWithWorker),
  ]
}

/** The number of a worker, or null if it is gone: its jobs are anybody's, but for those that it alone can run. */
function liveWorker(statements: Statements, id: WorkerId, isItsAlone: boolean): number | null {
  const worker = workerNumber(id)
  if (statements.isWorker.get(worker) !== undefined) return worker
  if (isItsAlone) throw goneWorkerError(id)
  return null
}
