import { jsonOfPython } from '../python-json.js'

/** What a backend says of a task. `started` and `retrying` may come in any order, and even `revoked` may change. */
export type CeleryState =
  | { readonly kind: 'success'; readonly resultJson: string }
  | { readonly kind: 'failure'; readonly error: CeleryError }
  | { readonly kind: 'revoked'; readonly why: string }
  | { readonly kind: 'retry'; readonly error: CeleryError }
  | { readonly kind: 'started' }
  /** One that the task has set itself. */
  | { readonly kind: 'custom'; readonly state: string; readonly meta: unknown }

export interface CeleryError {
  /** `ValueError`; with its module if that is not Python's own. */
  readonly name: string
  readonly message: string
  readonly traceback: string | null
}

/** Reads what is stored under `celery-task-meta-ID`; null if it is no such thing. */
export function celeryState(text: string): CeleryState | null {
  const stored = parsed(text)
  if (stored === null || typeof stored.status !== 'string') return null
  const { status, result } = stored
  switch (status) {
    case 'SUCCESS':
      return { kind: 'success', resultJson: JSON.stringify(result ?? null) }
    case 'FAILURE':
      return { kind: 'failure', error: errorOf(stored) }
    case 'RETRY':
      return { kind: 'retry', error: errorOf(stored) }
    case 'REVOKED':
      return { kind: 'revoked', why: errorOf(stored).message || 'revoked' }
    case 'STARTED':
      return { kind: 'started' }
    case 'PENDING':
      return null
    default:
      return { kind: 'custom', state: status, meta: result ?? null }
  }
}

interface Stored {
  readonly status?: unknown
  readonly result?: unknown
  readonly traceback?: unknown
}

function parsed(text: string): Stored | null {
  try {
    const value: unknown = JSON.parse(jsonOfPython(text))
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}

// Python's own exceptions, which people know without their module.
const ownModules: readonly unknown[] = ['builtins', 'exceptions', null, undefined]

/** The arguments of an exception are a list; other clients may have stored a text. */
function errorOf({ result, traceback }: Stored): CeleryError {
  const trace = typeof traceback === 'string' ? traceback : null
  if (typeof result !== 'object' || result === null) {
    return { name: 'Error', message: typeof result === 'string' ? result : '', traceback: trace }
  }
  const { exc_type: type, exc_module: module, exc_message: message } = result as Readonly<Record<string, unknown>>
  const name = typeof type === 'string' && type !== '' ? type : 'Error'
  const parts = Array.isArray(message) ? message : message === null || message === undefined ? [] : [message]
  return {
    name: ownModules.includes(module) ? name : `${String(module)}.${name}`,
    message: parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(', '),
    traceback: trace,
  }
}
