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
    say(`${job} attempt ${attempt}: its lease was over, its end was refused`),
  )
  engine.on('process.exited', ({ exit }) => say(`the task process died (${describeExit(exit)})`))
  engine.on('task.missing', ({ task, fault }) =>
    say(`${task} cannot be run now: ${fault ?? 'its module does not have it any more'}`),
  )
  engine.on(
    'store.unavailable',
    seldom(({ error }) => say(`warning: ${error.message}; trying again`)),
  )
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
