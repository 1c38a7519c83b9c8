import { Flags } from '@oclif/core'
import type { JobQuery } from '../../app/jobs/list-jobs.js'
import { parseDuration } from '../../domain/duration.js'
import { type JobState, jobStates } from '../../domain/job.js'

/** Which jobs a command is about. */
export const filterFlags = {
  state: Flags.option({ options: jobStates, multiple: true })({ summary: 'Only jobs in this state; may be repeated' }),
  task: Flags.string({ summary: 'Only jobs of this task', helpValue: 'NAME' }),
  queue: Flags.string({ char: 'q', summary: 'Only jobs on this queue', helpValue: 'NAME' }),
  'older-than': Flags.string({ summary: 'Only jobs that were created longer ago than this', helpValue: 'DURATION' }),
  'newer-than': Flags.string({ summary: 'Only jobs that were created within this time', helpValue: 'DURATION' }),
}

interface FilterFlags {
  readonly state?: readonly JobState[] | undefined
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly 'older-than'?: string | undefined
  readonly 'newer-than'?: string | undefined
}

/** The jobs that the filter flags of a command mean; null if none is given. Throws UsageError. */
export function jobQuery(flags: FilterFlags): JobQuery | null {
  const { state: states, task, queue, 'older-than': older, 'newer-than': newer } = flags
  if ([states, task, queue, older, newer].every((value) => value === undefined)) return null
  return {
    states,
    task,
    queue,
    olderThanMs: older === undefined ? undefined : parseDuration(older, '--older-than'),
    newerThanMs: newer === undefined ? undefined : parseDuration(newer, '--newer-than'),
  }
}
