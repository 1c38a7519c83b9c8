import type { NewJob, WorkerId } from '../../domain/job.js'
import { goneWorkerError } from '../losses.js'
import type { Enqueued } from '../store.js'
import { cancelJob } from './cancel.js'
import { workerNumber } from './rows.js'
import type { Statements } from './statements.js'
import { startWaiting } from './waiting.js'
import type { Writing } from './writing.js'

/** The schedule that a job comes from, and its slot. */
export type JobSource = { readonly name: string; readonly slot: number } | null

/** Stores one job, or answers what its unique key says. */
export function enqueueJob(writing: Writing, job: NewJob, source: JobSource = null): Enqueued {
  if (job.key === null) return { id: `j${insert(writing, job, source)}`, answer: 'created' }
  const { statements, clock } = writing
  const { name, policy, forMs } = job.key
  const holder = keyHolder(writing, name)
  if (holder !== null && policy !== 'replace') {
    return { id: `j${holder}`, answer: policy === 'skip' ? 'existing' : 'refused' }
  }
  if (holder !== null) cancelJob(writing, holder)
  const id = insert(writing, job, source)
  statements.holdKey.run(name, id, clock.now() + forMs)
  return { id: `j${id}`, answer: holder === null ? 'created' : 'replaced' }
}

/** The job that holds a key: one that is not final, or whose time with the key is not over. */
function keyHolder({ statements, clock, newJobs }: Writing, name: string): number | null {
  if (statements.isKey.get(name) === undefined) return null
  newJobs.write() // the holder may be among them
  const holder = statements.keyHolder.get(name) as {
    readonly job: number
    readonly heldUntil: number
    readonly hasEnded: 0 | 1
  }
  return holder.hasEnded === 1 && holder.heldUntil <= clock.now() ? null : holder.job
}

function insert(writing: Writing, job: NewJob, source: JobSource): number {
  const { statements, clock, names, newJobs, counters } = writing
  const now = clock.now()
  const isDue = job.dueAt <= now
  const [queue, kind, rank] = [names.queue(job.queue), names.kind(job), 0 - job.priority]
  const reservedFor = job.reservedFor === null ? null : liveWorker(statements, job.reservedFor, job.lostWithWorker)
  const id = newJobs.add([
    kind,
    queue,
    job.priority,
    now,
    job.argsJson,
    isDue ? null : job.dueAt,
    job.expiresAt,
    job.key?.name ?? null,
    reservedFor,
    job.lostWithWorker ? 1 : 0,
    source?.name ?? null,
    source?.slot ?? null,
  ])
  if (job.expiresAt !== null) statements.insertExpiring.run(job.expiresAt, id)
  const task = names.task(job.task)
  if (isDue && reservedFor === null) {
    newJobs.addReady(id, queue, task, rank, now)
    counters.add(queue, 'queued', 1)
    counters.addReady(queue, task, 1)
  } else {
    const place = { job: id, queue, task, rank, reservedFor, attempt: 0 }
    if (isDue) startWaiting(writing, place, 'queued', now)
    else startWaiting(writing, place, 'scheduled', job.dueAt)
  }
  return id
}

/** The number of a worker, or null if it is gone: its jobs are anybody's, but for those that it alone can run. */
function liveWorker(statements: Statements, id: WorkerId, isItsAlone: boolean): number | null {
  const worker = workerNumber(id)
  if (statements.isWorker.get(worker) !== undefined) return worker
  if (isItsAlone) throw goneWorkerError(id)
  return null
}
