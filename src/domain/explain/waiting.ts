import { formatDuration } from '../duration.js'
import type { Hold } from '../hold.js'
import type { Attempt, EpochMs, Job } from '../job.js'
import { shellTask } from '../shell-task.js'
import { type JobFacts, lives, servers, type WorkerFact } from './facts.js'
import { at, deaths, errorLine, iso, lasting, named, plural, since, startCommand } from './words.js'

/** Why a `scheduled` job waits, and what lets it go on. */
export function explainScheduled(job: Job, attempts: readonly Attempt[], facts: JobFacts, now: EpochMs): string {
  if (facts.hold?.kind === 'children')
    return `waits for ${plural(facts.hold.count, 'job')} below it in a flow of BullMQ`
  if (job.dueAt <= now) return explainDue(job, facts, now)
  const waits = waitingFor(job, attempts, at(job.dueAt, now))
  const holder = livingHolder(job, facts)
  if (holder !== null) return `${waits}, in the foreground run of ${named(holder)}`
  const obstacle = obstacleOf(job, facts, now)
  return obstacle === null ? waits : `${waits}; ${obstacle}`
}

function waitingFor(job: Job, attempts: readonly Attempt[], time: string): string {
  const last = attempts.at(-1)
  if (last === undefined) return `delayed until ${time}`
  const error = last.error === null ? '' : `, after ${errorLine(last.error)}`
  if (last.error?.name === 'RetryLater') return `waits until ${time}, as its task asked with RetryLater`
  if (last.reason !== 'error' && last.reason !== 'timeout') return `waits until ${time} to run again${error}`
  return `waits for retry ${job.failures} of ${job.maxRetries} at ${time}${error}`
}

/** Any worker queues due jobs, whatever queues it serves. */
function explainDue(job: Job, facts: JobFacts, now: EpochMs): string {
  const due = `due since ${since(job.dueAt, now)}`
  if (facts.workers.some(lives)) return `${due}: a worker queues it within a second`
  return `${due}, but no worker is alive to queue it; start one: ${startCommand(job.queue, facts)}`
}

/** Why a `queued` job waits, and what lets it go on. */
export function explainQueued(job: Job, attempts: readonly Attempt[], facts: JobFacts, now: EpochMs): string {
  const holder = livingHolder(job, facts)
  if (holder !== null) return `reserved for the foreground run of ${named(holder)}, which takes it when it has room`
  if (job.expiresAt !== null && job.expiresAt <= now && attempts.length === 0) {
    return `not started before ${iso(job.expiresAt)}, when it expired: the next worker that looks ends it as failed`
  }
  const waits = cameFrom(job, attempts.at(-1))
  const obstacle = obstacleOf(job, facts, now)
  if (obstacle !== null) return `${waits}; ${obstacle}`
  if (job.reservedFor !== null) {
    return `${waits}; the foreground run of worker ${job.reservedFor} that it was reserved for has ended: another worker frees it within a second`
  }
  if (facts.hold !== null) return `${waits}; ${heldBack(facts.hold)}`
  return `${waits}; ${turnOf(job, facts, now)}`
}

/** What BullMQ keeps a job back with that its workers, and ours, could run else. */
function heldBack(hold: Hold): string {
  switch (hold.kind) {
    case 'children':
      return `it waits for ${plural(hold.count, 'job')} below it in a flow of BullMQ`
    case 'scheduler':
      return `the job scheduler ${hold.name} of BullMQ has added it: only workers of BullMQ run it`
    case 'concurrency':
      return `${plural(hold.most, 'job')} of the queue ${hold.most === 1 ? 'runs' : 'run'}, and no more may: that is its limit in BullMQ`
    case 'rate':
      return `${plural(hold.most, 'job')} of the queue ${hold.most === 1 ? 'has' : 'have'} started within ${formatDuration(hold.perMs)}, and no more may: that is its limit in BullMQ`
  }
}

/** How a job came to its queue. */
function cameFrom(job: Job, last: Attempt | undefined): string {
  const queued = `queued on ${job.queue}`
  if (job.suspect) {
    return `${queued} as a suspect, to run alone in a task process, since ${deaths(job)}`
  }
  if (last === undefined) return queued
  if (last.state === 'released') return `${queued} again, handed back by ${last.worker ?? 'its worker'}`
  if (last.reason === 'lost') return `${queued} again, after its worker ${last.worker ?? ''} died`
  return job.failures > 0 ? `${queued} for retry ${job.failures} of ${job.maxRetries}` : `${queued} again`
}

/** What keeps every worker from a waiting job, and how it is removed; null if nothing does. */
function obstacleOf(job: Job, facts: JobFacts, now: EpochMs): string | null {
  const { queue, task } = job
  if (facts.hold?.kind === 'scheduler') return heldBack(facts.hold)
  const serving = servers(queue, facts)
  const isServed = serving.length > 0
  if (facts.pausedAt !== null) {
    const paused = `the queue has been paused since ${since(facts.pausedAt, now)}; resume it: offstage queues resume ${queue}`
    return isServed ? paused : `${paused}, and start a worker for it: ${startCommand(queue, facts)}`
  }
  if (isServed) {
    if (serving.some(({ tasks }) => tasks === null || tasks.includes(task))) return null
    const isOnly = serving.length === 1
    if (task === shellTask) {
      const who = isOnly ? 'the only worker of the queue runs' : 'the workers of the queue run'
      return `${who} no commands; start one that does: ${startCommand(queue, facts)} --allow-commands`
    }
    const who = isOnly ? 'the only worker of the queue does' : 'the workers of the queue do'
    return `${who} not know the task ${task}: its module may be faulty (see "offstage tasks"), a deploy may be under way, or it is of another project on this store`
  }
  const start = `start one: ${startCommand(queue, facts)}`
  const others = facts.workers.filter((worker) => lives(worker) && worker.queues?.length !== 0)
  if (others.length === 0) return `no worker is alive; ${start}`
  const which =
    others.length === 1 ? `the only worker does not serve ${queue}` : `none of ${others.length} workers serves ${queue}`
  return `${which}; ${start}`
}

/** The jobs that run first, if workers serve the queue. */
function turnOf({ queue }: Job, facts: JobFacts, now: EpochMs): string {
  const { ahead, maxAhead } = facts
  const all = servers(queue, facts)
  const alive = all.filter(({ standing }) => standing === 'alive')
  const before =
    ahead === 0
      ? 'it is the next'
      : `${ahead >= maxAhead ? 'at least ' : ''}${plural(ahead, 'job')} of the queue ${ahead === 1 ? 'comes' : 'come'} first`
  const [first] = all
  if (alive.length === 0 && first !== undefined) return `${before}, but ${silence(first, now)}`
  const places = alive.reduce((sum, { concurrency }) => sum + concurrency, 0)
  const isFree = alive.some(({ running, concurrency }) => running < concurrency)
  const who =
    alive.length === 1 && first !== undefined ? `${named(alive[0] ?? first)} has` : `${alive.length} workers have`
  if (isFree) return `${before}, and ${who} a free place`
  return `${before} when ${who} a free place: ${places === 1 ? 'its only one is' : `all ${places} are`} taken`
}

function silence(worker: WorkerFact, now: EpochMs): string {
  return `${named(worker)} has not been heard of for ${lasting(worker.lastBeatAt, now)}: its lease holds until ${at(worker.leaseEndsAt, now)}`
}

/** The foreground run that a job is reserved for, if it is alive. */
function livingHolder({ reservedFor }: Job, { workers }: JobFacts): WorkerFact | null {
  return workers.find((worker) => worker.id === reservedFor && lives(worker)) ?? null
}
