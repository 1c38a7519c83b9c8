import { type FailureGroup, foldNumbers } from '../domain/failure-group.js'
import type { Job } from '../domain/job.js'
import type { JsonValue } from '../domain/json.js'
import { argsMask } from '../domain/redact-command.js'
import { isoTime } from './iso-time.js'

/** A group of failed jobs as programs read it. `sample`: the job that failed last; null if it was removed. */
export function failureToJson(group: FailureGroup, sample: Job | null, redactMore: readonly string[]) {
  return {
    task: group.task,
    error: shownFailure(group, sample, redactMore),
    count: group.count,
    firstAt: isoTime(group.firstAt),
    lastAt: isoTime(group.lastAt),
    sampleId: group.sample,
  }
}

export type FailureJson = ReturnType<typeof failureToJson>

/**
 * The error of a group as it may be shown: an error may repeat a secret of the arguments, with `#` for its numbers. Where the
 * job is gone nobody knows the secrets: only the name of the error is left.
 */
export function shownFailure(
  { error }: Pick<FailureGroup, 'error'>,
  sample: Pick<Job, 'task' | 'argsJson'> | null,
  redactMore: readonly string[],
): string {
  if (sample === null) return error.replace(/:.*$/s, '')
  const args = JSON.parse(sample.argsJson, (_, value: unknown) =>
    typeof value === 'string' ? foldNumbers(value) : value,
  ) as JsonValue
  return argsMask(sample.task, args, redactMore)?.(error) ?? error
}
