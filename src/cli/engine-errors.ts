import type { JobError } from '../domain/failure.js'
import type { ClaimedJob } from '../domain/job.js'
import type { EngineEmitter, EngineEvents } from '../engine/events.js'
import { describeExit } from '../engine/hosts/process-exit.js'
import { shownError } from '../views/job.js'
import { say } from './say.js'

/** The error of an attempt in one line, masked. */
export function errorLine(job: ClaimedJob, error: JobError, redact: readonly string[]): string {
  const { name, message } = shownError(job, error, redact)
  return `${name}: ${message}`
}

/**
 * Shows what goes wrong in the engine beside the jobs: refused ends, exits of task processes, a store that does not
 * answer.
 */
export function reportEngineErrors(engine: EngineEmitter): void {
  engine.on('attempt.refused', ({ job, attempt }) =>
    say(`${job} attempt ${attempt}: its lease was over, its end was refused`, 'error'),
  )
  engine.on('process.exited', ({ exit, jobs }) => {
    if (exit.killed && exit.memory === null) say(killedText(jobs), 'warning')
    else say(`the task process died (${describeExit(exit)})`, 'error')
  })
  engine.on('task.missing', ({ task, fault }) =>
    say(`${task} cannot be run now: ${fault ?? 'its module does not have it any more'}`, 'error'),
  )
  engine.on(
    'store.unavailable',
    seldom(({ error }) => say(`${error.message}; trying again`, 'warning')),
  )
}

/** The worker has killed it itself: a job in it did not heed its signal. */
function killedText(jobs: readonly ClaimedJob[]): string {
  const which = jobs.length === 0 ? '' : `, with ${jobs.map(({ id }) => id).join(', ')}`
  return `a task process was killed${which}: a job did not end in its grace`
}

type StoreError = EngineEvents['store.unavailable'][0]

const minPauseMs = 10_000

/** Reports the same error once in a while, however often it happens. */
function seldom(report: (event: StoreError) => void): (event: StoreError) => void {
  const reportedAt = new Map<string, number>()
  return (event) => {
    const { message } = event.error
    const now = performance.now()
    if (now - (reportedAt.get(message) ?? Number.NEGATIVE_INFINITY) < minPauseMs) return
    reportedAt.set(message, now)
    report(event)
  }
}
