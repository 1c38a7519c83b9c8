import { parseDuration } from '../domain/duration.js'
import type { EpochMs, JobState } from '../domain/job.js'
import type { JobFilter } from '../stores/store.js'

interface FilterFlags {
  readonly state?: readonly JobState[] | undefined
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly 'older-than'?: string | undefined
  readonly 'newer-than'?: string | undefined
}

/** The jobs that the filter flags of a command mean. Throws UsageError. */
export function jobFilter(flags: FilterFlags, now: EpochMs): JobFilter {
  const older = flags['older-than']
  const newer = flags['newer-than']
  return {
    ...(flags.state === undefined ? {} : { states: flags.state }),
    ...(flags.task === undefined ? {} : { task: flags.task }),
    ...(flags.queue === undefined ? {} : { queue: flags.queue }),
    ...(older === undefined ? {} : { createdBefore: now - parseDuration(older, '--older-than') }),
    ...(newer === undefined ? {} : { createdAfter: now - parseDuration(newer, '--newer-than') }),
  }
}
