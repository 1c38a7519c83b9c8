import { followRun } from '../../app/jobs/follow-run.js'
import { obstaclesOf } from '../../app/run/obstacles.js'
import type { Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { shownError } from '../../views/job.js'
import { obstacleLine } from '../obstacle-text.js'
import { say } from '../say.js'
import { errorLine } from './job-text.js'
import { cutLine, logLine } from './log-line.js'
import { ProgressLine } from './progress-line.js'

/**
 * Shows a job that workers run as if it ran here: its output, progress and retries, and what keeps it waiting. Resolves to
 * the job when it is final or the signal fires.
 */
export async function showRun(store: Store, id: JobId, redact: readonly string[], signal: AbortSignal): Promise<Job> {
  const bar = new ProgressLine(process.stderr)
  const obstacles = new Set<string>()
  let seen = ''
  let shown = ''
  let job: Job | null = null
  for await (const fact of followRun(store, id, signal)) {
    if (fact.kind === 'line') bar.above(() => process.stderr.write(`${logLine(fact.line, false)}\n`))
    else if (fact.kind === 'cut') bar.above(() => say(cutLine(fact.lines)))
    else {
      job = fact.job
      const state = stateLine(job, redact)
      if (state !== null && state !== seen) bar.above(() => say(state))
      seen = state ?? seen
      const progress = fact.progress === null ? '' : JSON.stringify(fact.progress)
      if (fact.progress !== null && progress !== shown) bar.show(fact.progress.fraction, fact.progress.message)
      shown = progress
      if (!isFinal(job.state)) await sayObstacles(store, id, obstacles)
    }
  }
  bar.above(() => {})
  if (job === null) throw new Error('nothing was followed')
  return job
}

/** Says each obstacle when it comes up, and again if it comes back. */
async function sayObstacles(store: Store, id: JobId, said: Set<string>): Promise<void> {
  const lines = (await obstaclesOf(store, [id], systemClock.now())).map(obstacleLine)
  for (const line of lines) if (!said.has(line)) say(line)
  said.clear()
  for (const line of lines) said.add(line)
}

function stateLine(job: Job, redact: readonly string[]): string | null {
  if (job.state === 'running') return `${job.id} runs, attempt ${job.attempt}`
  if (job.state !== 'scheduled' || job.attempt === 0) return null
  const error = shownError(job, job.error, redact)
  return `${job.id} attempt ${job.attempt}${error === null ? '' : `: ${errorLine(error)}`}; waits for a retry`
}
