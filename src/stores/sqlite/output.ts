import type { JobId, OutputLine, Progress, Usage } from '../../domain/job.js'
import type { Addition } from '../store.js'
import { holdsLease } from './leases.js'
import { jobNumber, workerNumber } from './rows.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Adds to what running attempts have printed; nothing of what is added to one whose lease is over. */
export function append(
  { statements, clock }: Writing,
  additions: readonly Addition[],
): readonly ('appended' | 'lost')[] {
  return additions.map(({ lease, progress, output, forget, usage }) => {
    const [job, worker] = [jobNumber(lease.job), workerNumber(lease.worker)]
    const runs = statements.isRunning.get(job, lease.attempt, worker) !== undefined
    if (!runs || !holdsLease(statements, clock, worker)) return 'lost'
    for (const { line, at, stream, text } of output)
      statements.addOutput.run(job, lease.attempt, line, at, stream, text)
    if (forget !== null) statements.forgetOutput.run(job, lease.attempt, forget.first, forget.last)
    if (progress !== null) statements.keepProgress.run(job, progress.fraction, progress.message)
    if (usage !== null) statements.keepUsage.run(job, lease.attempt, usage.peakBytes, usage.cpuMs)
    return 'appended'
  })
}

export function outputOf(
  statements: Statements,
  id: JobId,
  attempt: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly OutputLine[] {
  return statements.output.all(jobNumber(id), attempt, after, limit) as OutputLine[]
}

export function progressOf(statements: Statements, ids: readonly JobId[]): ReadonlyMap<JobId, Progress> {
  const rows = statements.progress.all(JSON.stringify(ids.map(jobNumber))) as (Progress & { readonly job: number })[]
  return new Map(rows.map(({ job, fraction, message }) => [`j${job}`, { fraction, message }]))
}

/** By attempt. */
export function usageOf(statements: Statements, job: number): ReadonlyMap<number, Usage> {
  const rows = statements.usage.all(job) as (Usage & { readonly attempt: number })[]
  return new Map(rows.map(({ attempt, peakBytes, cpuMs }) => [attempt, { peakBytes, cpuMs }]))
}
