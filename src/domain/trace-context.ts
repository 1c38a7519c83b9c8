/** A place in a trace, as the W3C headers `traceparent` and `tracestate` carry it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** 1: it is recorded. */
  readonly flags: number
  readonly state: string | null
}

const header = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/
const maxState = 512

/** The context of two headers; null if there is none, or it is not well formed. */
export function traceOfHeaders(parent: unknown, state: unknown): TraceContext | null {
  const [, traceId, spanId, flags] = (typeof parent === 'string' ? header.exec(parent.trim()) : null) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  const isState = typeof state === 'string' && state !== '' && state.length <= maxState
  return { traceId, spanId, flags: Number.parseInt(flags, 16), state: isState ? state : null }
}

/** The two headers of a context; `tracestate` only if it has one. */
export function headersOf({ traceId, spanId, flags, state }: TraceContext): {
  readonly traceparent: string
  readonly tracestate?: string
} {
  const traceparent = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`
  return state === null ? { traceparent } : { traceparent, tracestate: state }
}

/** The context that a job carries, from its JSON text; null if it carries none that can be read. */
export function parseTrace(json: string | null): TraceContext | null {
  if (json === null) return null
  try {
    const { traceparent, tracestate } = JSON.parse(json) as Readonly<Record<string, unknown>>
    return traceOfHeaders(traceparent, tracestate)
  } catch {
    return null
  }
}

/** The JSON text that a job carries. */
export function traceText(context: TraceContext): string {
  return JSON.stringify(headersOf(context))
}

// Where the API of OpenTelemetry keeps what an SDK has registered, in every copy of the same major version.
const registered = Symbol.for('opentelemetry.js.api.1')

/** Whether the user has set up an SDK of OpenTelemetry in this process. */
export function hasSdk(): boolean {
  return Object.hasOwn(globalThis, registered)
}
