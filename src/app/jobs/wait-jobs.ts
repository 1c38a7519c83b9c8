import type { Clock } from '../../domain/clock.js'
import type { EpochMs, Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { JobReader, Store } from '../../stores/store.js'
import { jobAt } from './expired.js'
import { noJob } from './find-job.js'
import { patiently } from './patiently.js'

// A store that cannot tell of changes is looked at this often.
const lookMs = 1_000

/**
 * Waits until these jobs have ended, the signal fires, or `isEnough` says so of one that has ended. Resolves to the jobs in
 * the order of `ids`. Throws NotFoundError as soon as one of them is unknown.
 */
export async function waitForJobs(
  store: Pick<Store, 'changes' | 'job' | 'attempts'>,
  clock: Pick<Clock, 'now'>,
  ids: readonly JobId[],
  signal: AbortSignal,
  ended: (job: Job) => 'go on' | 'enough' = () => 'go on',
): Promise<readonly Job[]> {
  const changes = store.changes()
  const jobs = new Map<JobId, Job>()
  for (;;) {
    const open = ids.filter((id) => !isFinal(jobs.get(id)?.state ?? 'queued'))
    // All of them first: an unknown one is an error before anything is said of the others.
    for (const id of open) jobs.set(id, await patiently(signal, () => jobNow(store, id, clock.now())))
    for (const job of inOrder(open, jobs)) {
      if (isFinal(job.state) && ended(job) === 'enough') return inOrder(ids, jobs)
    }
    const found = inOrder(ids, jobs)
    if (signal.aborted || found.every(({ state }) => isFinal(state))) return found
    await changes.next(lookMs, signal)
  }
}

async function jobNow(store: Pick<JobReader, 'job' | 'attempts'>, id: JobId, now: EpochMs): Promise<Job> {
  const job = await store.job(id)
  if (job === null) throw noJob(id)
  return jobAt(store, job, now)
}

function inOrder(ids: readonly JobId[], jobs: ReadonlyMap<JobId, Job>): readonly Job[] {
  return ids.flatMap((id) => jobs.get(id) ?? [])
}
