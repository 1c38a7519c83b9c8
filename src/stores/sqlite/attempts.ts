import type { Attempt, Job } from '../../domain/job.js'
import { usageOf } from './output.js'
import { type AttemptRow, attemptOfRow, type JobRow, jobNumber, jobOfRow } from './rows.js'
import type { Statements } from './statements.js'

/** All attempts: those in their own table, and the last one out of the job's row if it is not among them. */
export function attemptsOf(statements: Statements, id: string): readonly Attempt[] {
  const row = statements.job.get(jobNumber(id)) as JobRow | undefined
  if (row === undefined) return []
  const usage = usageOf(statements, row.id)
  const attempts = (statements.attempts.all(row.id) as AttemptRow[]).map((attempt) => ({
    ...attemptOfRow(attempt),
    usage: usage.get(attempt.attempt) ?? null,
  }))
  const last = attempts.at(-1)?.attempt ?? 0
  if (row.attempt > last && row.started_at !== null) {
    attempts.push({ ...lastAttempt(jobOfRow(row), row.started_at), usage: usage.get(row.attempt) ?? null })
  }
  return attempts
}

export function lastAttempt(job: Job, startedAt: number): Omit<Attempt, 'usage'> {
  const state = job.state === 'scheduled' || job.state === 'queued' ? 'released' : job.state
  const { attempt, reason, endedAt, worker } = job
  const running = state === 'running'
  const error = state === 'failed' ? job.error : null
  return { attempt, state, reason, startedAt, endedAt, error, worker, endedBy: running ? null : job.endedBy }
}
