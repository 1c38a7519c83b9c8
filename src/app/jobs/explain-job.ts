import { type JobFacts, lives, noFacts, type WorkerFact } from '../../domain/explain/facts.js'
import { explainRunning } from '../../domain/explain/running.js'
import { explain } from '../../domain/explain.js'
import type { Attempt, EpochMs, Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { type JobReader, leaseMs } from '../../stores/store.js'
import { shownError } from '../../views/job.js'
import { type SeenWorker, seenWorkers } from '../../views/worker.js'

// An exact number above this helps nobody, and a million takes long to count.
const maxAhead = 10_000
const maxRunning = 1_000

/** Explains the state of a job by what the store has now. Masks its errors. */
export async function explanationOf(
  store: JobReader,
  job: Job,
  attempts: readonly Attempt[],
  redact: readonly string[],
  now: EpochMs,
): Promise<string> {
  const shown = <T extends Pick<Job | Attempt, 'error'>>(of: T): T => ({
    ...of,
    error: shownError(job, of.error, redact),
  })
  return explain(shown(job), attempts.map(shown), await factsAbout(store, job, now), now)
}

/** Of running jobs that are to be cancelled: what becomes of those whose worker cannot stop them, by their id. */
export async function explainWithoutWorker(
  store: JobReader,
  ids: readonly JobId[],
  now: EpochMs,
): Promise<ReadonlyMap<JobId, string>> {
  const texts = new Map<JobId, string>()
  if (ids.length === 0) return texts
  const workers = seenWorkers(await store.workers(), now).map((seen) => factOf(seen, 0))
  if (workers.every(lives)) return texts
  for (const id of ids) {
    const job = await store.job(id)
    if (job?.state !== 'running' || workers.some((worker) => worker.id === job.worker && lives(worker))) continue
    texts.set(id, explainRunning(job, { ...noFacts, workers }, now))
  }
  return texts
}

async function factsAbout(store: JobReader, job: Job, now: EpochMs): Promise<JobFacts> {
  if (isFinal(job.state)) return noFacts
  const [workers, paused, ahead, running, hold] = await Promise.all([
    store.workers(),
    store.pausedQueues(),
    job.state === 'queued' ? store.jobsAhead(job.id, maxAhead) : 0,
    job.state === 'queued' ? store.running(maxRunning) : [],
    job.state === 'running' ? null : store.holdOf(job.id),
  ])
  const runningOf = (id: string) => running.filter(({ worker }) => worker === id).length
  return {
    workers: seenWorkers(workers, now).map((seen) => factOf(seen, runningOf(seen.worker.id))),
    pausedAt: paused.find(({ name }) => name === job.queue)?.pausedAt ?? null,
    ahead,
    maxAhead,
    hold,
  }
}

function factOf({ worker, standing }: SeenWorker, running: number): WorkerFact {
  const { id, host, queues, tasks, lastBeatAt, concurrency } = worker
  return {
    id,
    pid: worker.process.pid,
    host,
    queues,
    tasks,
    standing,
    lastBeatAt,
    leaseEndsAt: lastBeatAt + leaseMs,
    concurrency,
    running,
  }
}
