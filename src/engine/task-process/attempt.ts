import type { Clock } from '../../domain/clock.js'
import { parseDuration } from '../../domain/duration.js'
import { isOf, isRetried } from '../../domain/error-class.js'
import { NonRetryableError, RetryLater } from '../../domain/errors.js'
import { tellsOfShutdown } from '../../domain/failure.js'
import { maxResultBytes, toResultText } from '../../domain/json.js'
import type { AttemptReport } from '../../domain/outcome.js'
import { runInJob } from '../current-job.js'
import { failureOf } from './failure-of.js'
import { acceptArgs, type LoadedTask } from './loaded-task.js'
import { RunningJob } from './running-job.js'

/** Of which keys of a thrown object the values are masked. */
type IsSecret = (key: string) => boolean

/** Runs one attempt of a job in its own async context. Never rejects: whatever happens is in the report. */
export async function runAttempt(
  task: LoadedTask,
  argsJson: string,
  job: RunningJob,
  clock: Clock,
  isSecret: IsSecret,
): Promise<AttemptReport> {
  const startedAt = RunningJob.startOf(job)
  const start = clock.monotonicMs()
  // The end is measured from the start, so that a clock that is set back makes no negative duration.
  const endedAt = () => startedAt + Math.round(clock.monotonicMs() - start)
  let result: unknown
  try {
    const accepting = acceptArgs(task, argsJson)
    const accepted = accepting instanceof Promise ? await accepting : accepting
    if ('refused' in accepted) throw new NonRetryableError(`the arguments were refused: ${accepted.refused}`)
    const { run } = task // not called as a method: the stack then shows the function's own name
    result = await runInJob(job, () => run(...accepted.args))
  } catch (thrown) {
    return failure(task, thrown, { startedAt, endedAt: endedAt() }, isSecret)
  }
  try {
    const resultJson = toResultText(result)
    const bytes = Buffer.byteLength(resultJson)
    if (bytes > maxResultBytes)
      throw new Error(`the result is ${bytes} bytes of JSON, over the limit of ${maxResultBytes}`)
    return { kind: 'returned', resultJson, startedAt, endedAt: endedAt() }
  } catch (thrown) {
    // A retry would return the same.
    return { kind: 'threw', error: failureOf(thrown, isSecret), verdict: 'never', startedAt, endedAt: endedAt() }
  }
}

function failure(
  task: LoadedTask,
  thrown: unknown,
  span: { startedAt: number; endedAt: number },
  isSecret: IsSecret,
): AttemptReport {
  const error = failureOf(thrown, isSecret)
  if (isOf(thrown, RetryLater)) {
    try {
      return {
        kind: 'asked for later',
        delayMs: thrown.delay === null ? null : parseDuration(thrown.delay, 'RetryLater'),
        error,
        ...span,
      }
    } catch (refusal) {
      return { kind: 'threw', error: failureOf(refusal, isSecret), verdict: 'never', ...span }
    }
  }
  const never = isOf(thrown, NonRetryableError) || !isRetried(thrown, task)
  const verdict = never ? 'never' : tellsOfShutdown(thrown) ? 'by signal' : 'by policy'
  return { kind: 'threw', error, verdict, ...span }
}
