import { type JobFacts, noFacts, type WorkerFact } from '../domain/explain/facts.js'
import { explain } from '../domain/explain.js'
import type { Attempt, EpochMs, Job } from '../domain/job.js'
import { isFinal } from '../domain/transitions.js'
import { hasEnded, thisHost } from '../engine/host.js'
import { beatMs, type JobReader, leaseMs, type WorkerInfo } from '../stores/store.js'
import { shownError } from '../views/job.js'

// Nobody needs to know of more, and a million would take their time to count.
const maxAhead = 10_000
const maxRunning = 1_000

// One beat may be late.
const silentAfterMs = 2 * beatMs

/** Why a job is where it is, by what the store holds now. Of its errors only what may be shown. */
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

async function factsAbout(store: JobReader, job: Job, now: EpochMs): Promise<JobFacts> {
  if (isFinal(job.state)) return noFacts
  const [workers, paused, ahead, running] = await Promise.all([
    store.workers(),
    store.pausedQueues(),
    job.state === 'queued' ? store.jobsAhead(job.id, maxAhead) : 0,
    job.state === 'queued' ? store.running(maxRunning) : [],
  ])
  const here = thisHost()
  const held = (id: string) => running.filter(({ worker }) => worker === id).length
  return {
    workers: workers.map((worker) => factOf(worker, hasEnded(worker, here), held(worker.id), now)),
    pausedAt: paused.find(({ name }) => name === job.queue)?.pausedAt ?? null,
    ahead,
    maxAhead,
  }
}

function factOf(worker: WorkerInfo, dead: boolean, running: number, now: EpochMs): WorkerFact {
  const { id, host, queues, tasks, lastBeatAt, concurrency } = worker
  const silent = now - lastBeatAt > silentAfterMs
  return {
    id,
    pid: worker.process.pid,
    host,
    queues,
    tasks,
    standing: dead ? 'dead' : worker.expired ? 'expired' : silent ? 'silent' : 'alive',
    lastBeatAt,
    leaseEndsAt: lastBeatAt + leaseMs,
    concurrency,
    running,
  }
}
