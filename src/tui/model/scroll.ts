import type { MonitorData } from '../../app/monitor/monitor-data.js'
import type { DetailPart, State } from './state.js'

/** The open part of a job, so many rows further down. */
export function scrolled(state: State, rows: number): State {
  const { part, scrolled: before } = state.jobs
  // A log is seen from its end, so that it follows; the other parts from their beginning.
  const after = part === 'log' ? before - rows : before + rows
  const most = Math.max(0, lengthOf(state.data.job ?? null, part) - 1)
  return { ...state, jobs: { ...state.jobs, scrolled: Math.max(0, Math.min(most, after)) } }
}

/** About how many lines a part has. */
function lengthOf(found: MonitorData['job'], part: DetailPart): number {
  if (found === null) return 0
  const { job, log } = found
  switch (part) {
    case 'info':
      return 0
    case 'log':
      return log?.lines.length ?? 0
    case 'attempts':
      return job.attempts.reduce((sum, { error }) => sum + 2 + (error?.stack ?? '').split('\n').length, 0)
    case 'args':
      return JSON.stringify([job.args, job.result], null, 2).split('\n').length
  }
}
