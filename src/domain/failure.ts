import { isSecretName, mask } from './secret-names.js'

/** The stored form of anything that was thrown. */
export interface JobError {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  /** Of a program or a command that has ended: its exit code, or null if `signal` ended it. */
  readonly exitCode?: number | null
  readonly signal?: string | null
}

type IsSecret = (key: string) => boolean
const isPlainSecret = isSecretName([])

// As it was before a task could put another in its place.
const { stringify } = JSON

/** Name, message and stack of one error together, in characters. */
export const maxErrorLength = 64 * 1024

/**
 * A readable record of whatever was thrown: a string, undefined, a Proxy, an error whose getters throw. Never throws.
 * `isSecret`: of which keys of a thrown object the values are masked.
 */
export function describeFailure(thrown: unknown, isSecret = isPlainSecret): JobError {
  try {
    if (isErrorLike(thrown)) {
      const name = errorName(thrown)
      const message = messageOf(thrown)
      const stack = withInnerErrors(thrown, new Set(), isSecret)
      return { name: cut(name, 200), message: cut(message, maxErrorLength / 4), stack: cut(stack, maxErrorLength / 2) }
    }
    return {
      name: 'NonError',
      message: cut(`thrown value: ${show(thrown, isSecret)}`, maxErrorLength / 4),
      stack: null,
    }
  } catch {
    return { name: 'NonError', message: 'thrown value that cannot be read', stack: null }
  }
}

/** Whatever was thrown in one line, with its causes: of a failed `fetch` only they say what is wrong. Never throws. */
export function failureLine(thrown: unknown): string {
  const parts: string[] = []
  const seen = new Set<unknown>()
  for (let next = thrown; parts.length < maxCausesInLine && !seen.has(next); next = causeOf(next)) {
    seen.add(next)
    const { name, message } = describeFailure(next)
    parts.push(headline(name, message))
    if (causeOf(next) === undefined) break // what was thrown may itself be undefined
  }
  return parts.join(', caused by ')
}

const maxCausesInLine = 4

function causeOf(thrown: unknown): unknown {
  return attempt(() => (isErrorLike(thrown) ? (thrown.cause ?? undefined) : undefined))
}

/** The error of a process that ended, with its last output in place of a stack. */
export function errorWithLastWords(name: string, message: string, lastWords: string | null): JobError {
  return { name, message, stack: lastWords === null ? null : `${name}: ${message}\n${lastWords}` }
}

/** What is read of an error: anything may be there. */
export interface ErrorLike {
  readonly name: unknown
  readonly message: unknown
  readonly stack?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

function isErrorLike(thrown: unknown): thrown is ErrorLike {
  return attempt(() => typeof thrown === 'object' && thrown !== null && 'message' in thrown) ?? false
}

// The names that a class of the user's inherits if it sets none.
const inheritedNames = new Set(['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError'])
for (const name of ['TypeError', 'URIError']) inheritedNames.add(name)

/** The name of an error, or that of its class: `class HttpError extends Error {}` alone leaves the name `Error`. */
export function errorName(error: ErrorLike): string {
  const name = text(() => error.name) || 'Error'
  if (!inheritedNames.has(name) || attempt(() => Object.hasOwn(error, 'name')) !== false) return name
  const ofClass = text(() => error.constructor.name)
  // A minifier has left a letter or two of the name of a class, which say less than "Error".
  return /^[A-Z]\w{2,}$/.test(ofClass) && ofClass !== 'Object' ? ofClass : name
}

const maxMessages = 3

/** The message of an error. An AggregateError may have none of its own, such as that of a refused connection. */
function messageOf(error: ErrorLike): string {
  const message = text(() => error.message)
  const inner = message === '' ? innerErrors(error).filter(isErrorLike) : []
  const all = inner.map((one) => text(() => one.message) || errorName(one))
  const more = all.length > maxMessages ? `; and ${all.length - maxMessages} more` : ''
  return message || `${all.slice(0, maxMessages).join('; ')}${more}`
}

function headline(name: string, message: string): string {
  return message === '' ? name : `${name}: ${message}`
}

const maxInnerErrors = 10

function withInnerErrors(error: ErrorLike, seen: Set<unknown>, isSecret: IsSecret): string {
  seen.add(error)
  const inner = innerErrors(error)
  const shown = inner
    .slice(0, maxInnerErrors)
    .map((one, index) => [`error ${index + 1} of ${inner.length}`, one] as const)
  const cause = attempt(() => error.cause) ?? null
  const parts = [...(cause === null ? [] : [['cause', cause] as const]), ...shown].map(([label, one]) => {
    if (seen.has(one)) return ''
    if (seen.size > 2 * maxInnerErrors) return label === 'cause' ? `\n${moreCauses(one, seen, isSecret)}` : ''
    return `\n[${label}]: ${isErrorLike(one) ? withInnerErrors(one, seen, isSecret) : show(one, isSecret)}`
  })
  return `${ownStack(error)}${parts.join('')}`
}

const maxCausesCounted = 1_000

/** Of many causes the last one is the root. */
function moreCauses(first: unknown, seen: Set<unknown>, isSecret: IsSecret): string {
  let [count, last] = [1, first]
  for (
    let next = causeOf(last);
    next !== undefined && !seen.has(next) && count < maxCausesCounted;
    next = causeOf(next)
  ) {
    seen.add(last)
    last = next
    count++
  }
  const { name, message } = isErrorLike(last)
    ? { name: errorName(last), message: messageOf(last) }
    : { name: show(last, isSecret), message: '' }
  return `[${count} more ${count === 1 ? 'cause' : 'causes'}, the last]: ${headline(name, message)}`
}

/** The errors in an AggregateError, or in what a library has made like one. */
function innerErrors(error: ErrorLike): readonly unknown[] {
  const errors = attempt(() => (Array.isArray(error.errors) ? [...error.errors] : [])) ?? []
  return errors.some(isErrorLike) ? errors : []
}

/** The stack of an error, headed by the name and the message that we show. */
function ownStack(error: ErrorLike): string {
  const [said, name, message] = [text(() => error.name) || 'Error', errorName(error), messageOf(error)]
  const stack = text(() => error.stack)
  if (stack === '') return headline(name, message)
  const [first = '', ...frames] = stack.split('\n')
  // Node prints no colon behind a name without a message; programs that map stacks may.
  if (first.trimEnd().replace(/:$/, '') === said) return [headline(name, message), ...frames].join('\n')
  return name !== said && first.startsWith(`${said}:`) ? `${name}${stack.slice(said.length)}` : stack
}

function show(value: unknown, isSecret: IsSecret): string {
  if (typeof value === 'object' && value !== null) {
    const masked = (key: string, member: unknown) => {
      const hides = typeof member === 'string' || (typeof member === 'object' && member !== null)
      return hides && isSecret(key) ? mask : member
    }
    return attempt(() => stringify(value, masked)) ?? 'an object'
  }
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
