import { Flags } from '@oclif/core'
import { jobIdOf } from '../../app/jobs/find-job.js'
import { jobFilter } from '../../app/jobs/list-jobs.js'
import { UsageError } from '../../domain/errors.js'
import type { JobId, JobState } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import type { JobFilter } from '../../stores/store.js'
import { type FilterFlags, filterFlags, jobQuery } from './filter-flags.js'

/** The flags of commands that change many jobs. */
export const bulkFlags = {
  ...filterFlags,
  'dry-run': Flags.boolean({ summary: 'Only show which jobs it would change' }),
  yes: Flags.boolean({ char: 'y', summary: 'Change them without asking' }),
}

/** The jobs that somebody wants changed: these, or those that a filter finds. */
export type BulkTarget =
  | { readonly kind: 'ids'; readonly ids: readonly JobId[] }
  | { readonly kind: 'filter'; readonly filter: JobFilter; readonly dryRun: boolean; readonly yes: boolean }

/** Whether only to show what would be changed. */
export function isDryRun(target: BulkTarget): boolean {
  return target.kind === 'filter' && target.dryRun
}

/**
 * What a command line asks to change. `allowed`: the states in which jobs can be changed like that. Throws UsageError if it
 * has both ids and a filter, or neither: nothing changes all jobs.
 */
export function bulkTarget(
  command: string,
  words: readonly string[],
  flags: FilterFlags & { readonly 'dry-run': boolean; readonly yes: boolean },
  allowed: readonly JobState[],
): BulkTarget {
  const query = jobQuery(flags)
  const ids = [...new Set(words.map(jobIdOf))]
  if ((query !== null) === ids.length > 0) {
    const hint = `such as: offstage jobs ${command} j42, or --queue mail`
    throw new UsageError('E_JOBS', 'give either ids or a filter', hint)
  }
  if (query === null) {
    if (flags['dry-run']) throw new UsageError('E_JOBS', '--dry-run goes with a filter')
    return { kind: 'ids', ids }
  }
  const other = flags.state?.find((state) => !allowed.includes(state))
  if (other !== undefined) {
    throw new UsageError('E_JOBS', `--state ${other}: jobs ${command} is for jobs that are ${allowed.join(' or ')}`)
  }
  const filter = jobFilter(query, systemClock.now())
  return { kind: 'filter', filter, dryRun: flags['dry-run'], yes: flags.yes }
}
