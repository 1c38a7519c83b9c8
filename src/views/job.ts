import type { JobError } from '../domain/failure.js'
import type { Attempt, Job, Progress } from '../domain/job.js'
import { type JsonValue, resultOf } from '../domain/json.js'
import { redact } from '../domain/redact.js'
import { argsMask, redactArgs, redactSettings } from '../domain/redact-command.js'
import { plainCommand } from '../domain/shell-command.js'
import { isoTime } from './iso-time.js'

/** A job as programs read it: times as ISO texts in UTC, durations as numbers of milliseconds, absent as null. */
export function jobToJson(
  job: Job,
  attempts: readonly Attempt[],
  redactMore: readonly string[],
  progress: Progress | null = null,
) {
  return {
    ...jobToListItem(job, redactMore, progress),
    result: job.resultJson === null ? null : redact(shownResult(job.resultJson), redactMore),
    error: shownError(job, job.error, redactMore),
    attempts: attempts.map((attempt) => attemptToJson(attempt, shownError(job, attempt.error, redactMore))),
  }
}

/** A result that is no JSON, in a file that others have written to, is shown as the text that it is. */
function shownResult(json: string): JsonValue {
  try {
    return resultOf(json) as JsonValue
  } catch {
    return json
  }
}

/** As in a list: without attempts, result, stack and explanation. */
export function jobToListItem(job: Job, redactMore: readonly string[], progress: Progress | null = null) {
  const args = JSON.parse(job.argsJson) as JsonValue
  return {
    id: job.id,
    task: job.task,
    queue: job.queue,
    state: job.state,
    reason: job.reason,
    priority: job.priority,
    args: redactArgs(job.task, args, redactMore) as readonly JsonValue[],
    ...settingsToJson(job.task, args, redactMore),
    key: job.key,
    createdAt: isoTime(job.createdAt),
    dueAt: isoTime(job.dueAt),
    startedAt: isoTime(job.startedAt),
    endedAt: isoTime(job.endedAt),
    attempt: job.attempt,
    failures: job.failures,
    losses: job.losses,
    maxRetries: job.maxRetries,
    timeoutMs: job.timeoutMs,
    progress: progress === null ? null : { fraction: progress.fraction, message: progress.message },
    error: withoutStack(shownError(job, job.error, redactMore)),
    worker: job.worker,
    schedule: job.schedule === null ? null : { name: job.schedule.name, slot: isoTime(job.schedule.slot) },
    explanation: null as string | null,
  }
}

/** How a command is run: each is null for a task, and where nothing was said. */
export function settingsToJson(task: string, args: JsonValue, redactMore: readonly string[]) {
  const { chdir, env, stdin } = redactSettings(task, args, redactMore) ?? plainCommand
  return { chdir, env: Object.keys(env).length === 0 ? null : env, stdin }
}

export type JobJson = ReturnType<typeof jobToJson>
export type JobListItem = ReturnType<typeof jobToListItem>

function attemptToJson(attempt: Attempt, error: JobError | null) {
  const { startedAt, endedAt } = attempt
  return {
    attempt: attempt.attempt,
    state: attempt.state,
    reason: attempt.reason,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    durationMs: endedAt === null ? null : endedAt - startedAt,
    error,
    worker: attempt.worker,
    endedBy: attempt.endedBy,
    usage: attempt.usage,
  }
}

/** An error that may be shown: secrets of the arguments are masked in it. */
export function shownError(
  job: Pick<Job, 'task' | 'argsJson'>,
  error: JobError,
  redactMore: readonly string[],
): JobError
export function shownError(
  job: Pick<Job, 'task' | 'argsJson'>,
  error: JobError | null,
  redactMore: readonly string[],
): JobError | null
export function shownError(
  job: Pick<Job, 'task' | 'argsJson'>,
  error: JobError | null,
  redactMore: readonly string[],
): JobError | null {
  if (error === null) return null
  const shown = argsMask(job.task, JSON.parse(job.argsJson) as JsonValue, redactMore) ?? ((text: string) => text)
  const { name, message, stack } = error
  const others = redact(error as unknown as JsonValue, redactMore) as unknown as JobError
  return { ...others, name: shown(name), message: shown(message), stack: stack && shown(stack) }
}

function withoutStack(error: JobError | null) {
  if (error === null) return null
  const { stack, ...others } = error
  return others
}
