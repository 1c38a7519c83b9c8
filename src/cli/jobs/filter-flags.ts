import { Flags } from '@oclif/core'
import type { JobQuery } from '../../app/jobs/list-jobs.js'
import { parseDuration } from '../../domain/duration.js'
import { type FailureReason, failureReasons, type JobState, jobStates } from '../../domain/job.js'

/** Which jobs a command is about. */
export const filterFlags = {
  state: Flags.option({ options: jobStates, multiple: true })({ summary: 'Only jobs in this state; may be repeated' }),
  task: Flags.string({ summary: 'Only jobs of this task', helpValue: 'NAME' }),
  queue: Flags.string({ char: 'q', summary: 'Only jobs on this queue', helpValue: 'NAME' }),
  schedule: Flags.string({ summary: 'Only jobs of this schedule', helpValue: 'NAME' }),
  reason: Flags.option({ options: failureReasons })({ summary: 'Only jobs that failed for this reason' }),
  error: Flags.string({
    summary: 'Only jobs that failed with this text in the error; numbers may differ',
    helpValue: 'TEXT',
  }),
  'older-than': Flags.string({ summary: 'Only jobs that were created longer ago than this', helpValue: 'DURATION' }),
  'newer-than': Flags.string({ summary: 'Only jobs that were created within this time', helpValue: 'DURATION' }),
  'ended-within': Flags.string({ summary: 'Only jobs that ended within this time', helpValue: 'DURATION' }),
}

export interface FilterFlags {
  readonly state?: readonly JobState[] | undefined
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly schedule?: string | undefined
  readonly reason?: FailureReason | undefined
  readonly error?: string | undefined
  readonly 'older-than'?: string | undefined
  readonly 'newer-than'?: string | undefined
  readonly 'ended-within'?: string | undefined
}

/** The jobs that the filter flags of a command mean; null if none is given. Throws UsageError. */
export function jobQuery(flags: FilterFlags): JobQuery | null {
  const { state: states, task, queue, schedule, reason, error } = flags
  const duration = (name: 'older-than' | 'newer-than' | 'ended-within') => {
    const text = flags[name]
    return text === undefined ? undefined : parseDuration(text, `--${name}`)
  }
  const query: JobQuery = {
    states,
    task,
    queue,
    schedule,
    reason,
    error,
    olderThanMs: duration('older-than'),
    newerThanMs: duration('newer-than'),
    endedWithinMs: duration('ended-within'),
  }
  return Object.values(query).every((value) => value === undefined) ? null : query
}
