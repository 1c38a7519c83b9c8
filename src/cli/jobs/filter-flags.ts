import { Flags } from '@oclif/core'
import { parseDuration } from '../../domain/duration.js'
import { type EpochMs, type JobState, jobStates } from '../../domain/job.js'
import type { JobFilter } from '../../stores/store.js'

/** Which jobs a command is about. */
export const filterFlags = {
  state: Flags.option({ options: jobStates, multiple: true })({ summary: 'Only in this state; may be repeated' }),
  task: Flags.string({ summary: 'Only of this task', helpValue: 'NAME' }),
  queue: Flags.string({ char: 'q', summary: 'Only on this queue', helpValue: 'NAME' }),
  'older-than': Flags.string({ summary: 'Only created longer ago than this', helpValue: 'DURATION' }),
  'newer-than': Flags.string({ summary: 'Only created within this', helpValue: 'DURATION' }),
}

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
