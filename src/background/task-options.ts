import type { Duration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { parseTimeout } from '../domain/request.js'
import { parseRetry, type Retry, type RetryOptions } from '../domain/retry.js'
import { whyNoTask } from '../domain/task-function.js'
import { noRetry } from './retries.js'

/** How one task runs, where that differs from the default. */
export interface BackgroundTaskOptions {
  /** A `RetryPolicy`, or its options. Default: no retry. */
  readonly retry?: RetryOptions
  /** Limit of one attempt, in milliseconds or as text such as `30s`; false for none. Default: none. */
  readonly timeout?: Duration | false
  /** What logs and events call the task. Default: the name of the function. */
  readonly name?: string
}

/** The same, checked. */
export interface TaskSettings {
  readonly retry: Retry
  readonly timeoutMs: number | null
  /** null: the name of the function. */
  readonly name: string | null
}

export const noSettings: TaskSettings = { retry: noRetry, timeoutMs: null, name: null }

/** Checks options; `defaults` stand for what is left out. Throws UsageError. */
export function parseTaskOptions(options: BackgroundTaskOptions, defaults: TaskSettings): TaskSettings {
  refuseUnknownOptions(options, ['retry', 'timeout', 'name'], 'with()')
  const { retry, timeout, name } = options
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new UsageError('E_OPTION', `name: ${written(name)} is no name`)
  }
  return {
    retry: retry === undefined ? defaults.retry : parseRetry(retry, 'retry'),
    timeoutMs: timeout === undefined ? defaults.timeoutMs : parseTimeout(timeout, 'timeout'),
    name: name ?? defaults.name,
  }
}

/** `value` itself if it is a whole number from 1 on. Throws UsageError `E_OPTION`. */
export function countOption(value: number, option: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new UsageError('E_OPTION', `${option}: ${written(value)} is no whole number from 1 on`)
}

/** Throws UsageError `E_TASK` if a call of `value` would do no work. `example` shows what to write. */
export function requireFunction(value: unknown, call: string, example: string): void {
  const why = whyNoTask(value)
  if (why === null) return
  if (typeof value !== 'function') {
    throw new UsageError('E_TASK', `${call}: ${why} is no function`, `pass the function itself: ${example}`)
  }
  throw new UsageError(
    'E_TASK',
    `${call}: ${why} is no task`,
    `pass a function that runs when it is called: ${example}`,
  )
}

/** Anything may stand where a function has its name, such as a static method of a class. */
export function functionName(run: object): string {
  try {
    const name: unknown = Reflect.get(run, 'name')
    if (typeof name === 'string' && name !== '') return name
  } catch {
    // A getter that throws is no name either.
  }
  return '(without a name)'
}
