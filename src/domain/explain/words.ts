import { formatDuration } from '../duration.js'
import type { JobError } from '../failure.js'
import type { EpochMs, Job } from '../job.js'
import { type JobFacts, lives, type WorkerFact } from './facts.js'

const maxError = 160

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`
}

/** `once`, `twice`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}

/** How often the process of a job died while it ran, and how often of these the job was alone there. */
export function deaths({ losses, lossesAlone }: Pick<Job, 'losses' | 'lossesAlone'>): string {
  const died = `its process died ${times(losses)}`
  if (lossesAlone === 0) return died
  const alone = 'while it was alone there'
  return lossesAlone === losses ? `${died} ${alone}` : `${died} (${times(lossesAlone)} ${alone})`
}

/** A time that is to come. */
export function at(time: EpochMs, now: EpochMs): string {
  return `${iso(time)} (in ${formatDuration(Math.max(0, time - now))})`
}

/** A time that has passed. */
export function since(time: EpochMs, now: EpochMs): string {
  return `${iso(time)} (${lasting(time, now)} ago)`
}

export function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}

/** From one time to another; a clock that was set back makes it none. */
export function lasting(from: EpochMs, to: EpochMs): string {
  return formatDuration(Math.max(0, to - from))
}

/** An error in one line. */
export function errorLine({ name, message }: JobError): string {
  const line = `${name}: ${message}`.split(/[\r\n\u2028\u2029]/, 1)[0]?.replace(/:? *$/, '') ?? ''
  return line.length <= maxError ? line : `${line.slice(0, maxError - 1)}…`
}

export function named({ id, pid, host }: WorkerFact): string {
  return `worker ${id} (pid ${pid} on ${host})`
}

export function inAttempts(count: number): string {
  return count <= 1 ? 'in its only attempt' : `in the last of ${count} attempts`
}

/** What starts a worker for a queue. Where others serve only some of the queues, one that serves all is too much. */
export function startCommand(queue: string, { workers }: JobFacts): string {
  const isShared = workers.some((worker) => lives(worker) && worker.queues !== null && worker.queues.length > 0)
  return `offstage workers start${isShared ? ` --queues ${queue}` : ''}`
}
