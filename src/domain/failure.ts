/** The stored form of anything that was thrown. */
export interface JobError {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  /** Of a program or a command that has ended: its exit code, or null if `signal` ended it. */
  readonly exitCode?: number | null
  readonly signal?: string | null
}

// As it was before a task could put another in its place.
const { stringify } = JSON

/** Name, message and stack of one error together, in characters. */
export const maxErrorLength = 64 * 1024

/**
 * A readable record of whatever was thrown: a string, undefined, a Proxy, an error whose getters throw. Never throws.
 */
export function describeFailure(thrown: unknown): JobError {
  try {
    if (isErrorLike(thrown)) {
      const name = text(() => thrown.name) || 'Error'
      const message = text(() => thrown.message)
      const stack = withCauses(thrown, new Set())
      return { name: cut(name, 200), message: cut(message, maxErrorLength / 4), stack: cut(stack, maxErrorLength / 2) }
    }
    return { name: 'NonError', message: cut(`thrown value: ${show(thrown)}`, maxErrorLength / 4), stack: null }
  } catch {
    return { name: 'NonError', message: 'thrown value that cannot be read', stack: null }
  }
}

/**
 * Whatever was thrown in one line, with its causes: of a failed `fetch` only they say what is wrong. Of several inner errors
 * the first stands for all. Never throws.
 */
export function failureLine(thrown: unknown): string {
  const parts: string[] = []
  const seen = new Set<unknown>()
  for (let next = thrown; parts.length < maxCausesInLine && !seen.has(next); next = causeOf(next)) {
    seen.add(next)
    const { name, message } = describeFailure(next)
    parts.push(message === '' ? name : `${name}: ${message}`)
    if (causeOf(next) === undefined) break // what was thrown may itself be undefined
  }
  return parts.join(', caused by ')
}

const maxCausesInLine = 4

function causeOf(thrown: unknown): unknown {
  const inner = attempt(() => (thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : undefined))
  return attempt(() => (isErrorLike(thrown) ? thrown.cause : undefined)) ?? inner
}

/** The error of a process that ended, with its last output in place of a stack. */
export function errorWithLastWords(name: string, message: string, lastWords: string | null): JobError {
  return { name, message, stack: lastWords === null ? null : `${name}: ${message}\n${lastWords}` }
}

interface ErrorLike {
  readonly name: unknown
  readonly message: unknown
  readonly stack?: unknown
  readonly cause?: unknown
}

function isErrorLike(thrown: unknown): thrown is ErrorLike {
  return attempt(() => typeof thrown === 'object' && thrown !== null && 'message' in thrown) ?? false
}

function withCauses(error: ErrorLike, seen: Set<unknown>): string {
  seen.add(error)
  const own = text(() => error.stack) || `${text(() => error.name)}: ${text(() => error.message)}`
  const cause = attempt(() => error.cause)
  if (cause === undefined || cause === null || seen.has(cause) || seen.size > 10) return own
  const below = isErrorLike(cause) ? withCauses(cause, seen) : show(cause)
  return `${own}\n[cause]: ${below}`
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return attempt(() => stringify(value)) ?? 'an object'
  return attempt(() => (typeof value === 'string' ? stringify(value) : String(value))) ?? `a ${typeof value}`
}

function text(read: () => unknown): string {
  const value = attempt(read)
  return typeof value === 'string' ? value : ''
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function cut(value: string, length: number): string {
  if (value.length <= length) return value
  return `${value.slice(0, length)} [cut: ${value.length - length} more characters]`
}

/** The signals of a shutdown. A service manager sends them to a worker and to all that it has started. */
const shutdownSignals = new Set<unknown>(['SIGTERM', 'SIGINT', 'SIGHUP'])

// Those of a process that handles such a signal, or of a shell whose child it ended: 128 and its number.
const shutdownCodes = new Set<unknown>([129, 130, 143])

export function isShutdownSignal(signal: unknown): boolean {
  return shutdownSignals.has(signal)
}

/** Whether it is the exit code of what ended by such a signal. */
export function isShutdownCode(code: unknown): boolean {
  return shutdownCodes.has(code)
}

/**
 * Whether a shutdown ended the child that an error is about (as errors of child_process and execa say), or its cause is
 * such an error.
 */
export function tellsOfShutdown(thrown: unknown, depth = 5): boolean {
  if (depth === 0 || typeof thrown !== 'object' || thrown === null) return false
  const read = (name: string) => attempt(() => Reflect.get(thrown, name))
  if (isShutdownSignal(read('signal'))) return true
  // As execFile, execa and execFileSync name the exit code.
  if (['code', 'exitCode', 'status'].some((name) => isShutdownCode(read(name)))) return true
  return tellsOfShutdown(read('cause'), depth - 1)
}
