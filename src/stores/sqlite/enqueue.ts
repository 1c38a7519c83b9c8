import type { EpochMs, NewJob, WorkerId } from '../../domain/job.js'
import { goneWorkerError } from '../losses.js'
import type { Enqueued } from '../store.js'
import { cancelJob } from './cancel.js'
import { buryIfExpired } from './expiry.js'
import type { NewRow } from './new-jobs.js'
import { workerNumber } from './rows.js'
import type { Statements } from './statements.js'
import { startWaiting } from './waiting.js'
import type { Writing } from './writing.js'

/** The schedule that a job comes from, and its slot. */
export type JobSource = { readonly name: string; readonly slot: number } | null

/** Stores one job, or answers what its unique key says. */
export function enqueueJob(writing: Writing, job: NewJob, source: JobSource = null): Enqueued {
  const createdAt = writing.clock.now()
  if (job.key === null) return { id: `j${insert(writing, job, source, createdAt)}`, answer: 'created' }
  const { statements } = writing
  const { name, policy, forMs } = job.key
  const holder = keyHolder(writing, name)
  if (holder !== null && policy !== 'replace') {
    return { id: `j${holder}`, answer: policy === 'skip' ? 'existing' : 'refused' }
  }
  if (holder !== null) cancelJob(writing, holder)
  const id = insert(writing, job, source, createdAt)
  statements.holdKey.run(name, id, createdAt + forMs)
  return { id: `j${id}`, answer: holder === null ? 'created' : 'replaced' }
}

/** The job that holds a key: one that is not final, or whose time with the key is not over. */
export function keyHolder(writing: Writing, name: string): number | null {
  const { statements, clock, newJobs } = writing
  if (statements.isKey.get(name) === undefined) return null
  newJobs.write() // the holder may be among them
  const read = () => statements.keyHolder.get(name) as { readonly job: number; readonly freeAt: number | null }
  const holder = read()
  const { freeAt } = holder.freeAt === null && buryIfExpired(writing, holder.job) ? read() : holder
  return freeAt !== null && freeAt <= clock.now() ? null : holder.job
}

function insert(writing: Writing, job: NewJob, source: JobSource, createdAt: EpochMs): number {
  const { statements, names, newJobs, counters } = writing
  const isDue = job.dueAt <= createdAt
  const [queue, kind, task] = [names.queue(job.queue), names.kind(job), names.task(job.task)]
  const reservedFor = job.reservedFor === null ? null : liveWorker(statements, job.reservedFor, job.lostWithWorker)
  const isReady = isDue && reservedFor === null
  const isPlain =
    isReady &&
    job.expiresAt === null &&
    job.key === null &&
    !job.lostWithWorker &&
    source === null &&
    job.trace === null
  const { priority, argsJson: args } = job
  const rare = isPlain ? null : rareOf(job, isDue ? null : job.dueAt, reservedFor, source)
  const id = newJobs.add({ kind, queue, priority, createdAt, args, rare, isReady })
  if (job.expiresAt !== null) statements.insertExpiring.run(job.expiresAt, id)
  if (isReady) counters.addReady(queue, task, 1)
  else {
    const place = { job: id, queue, task, rank: 0 - priority, reservedFor, attempt: 0 }
    startWaiting(writing, place, isDue ? 'queued' : 'scheduled', isDue ? createdAt : job.dueAt)
  }
  return id
}

function rareOf(job: NewJob, dueAt: EpochMs | null, reservedFor: number | null, source: JobSource): NewRow['rare'] {
  const lostWithWorker = job.lostWithWorker ? 1 : 0
  const [schedule, slot] = [source?.name ?? null, source?.slot ?? null]
  return [dueAt, job.expiresAt, job.key?.name ?? null, reservedFor, lostWithWorker, schedule, slot, job.trace]
}

/** The number of a worker, or null if it is gone: its jobs are anybody's, but for those that it alone can run. */
function liveWorker(statements: Statements, id: WorkerId, isItsAlone: boolean): number | null {
  const worker = workerNumber(id)
  if (statements.isWorker.get(worker) !== undefined) return worker
  if (isItsAlone) throw goneWorkerError(id)
  return null
}
