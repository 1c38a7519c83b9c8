import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Api from '@opentelemetry/api'
import type { Clock } from '../domain/clock.js'
import type { JobError } from '../domain/failure.js'
import type { JobId } from '../domain/job.js'
import { hasSdk, parseTrace, type TraceContext, traceText } from '../domain/trace-context.js'
import { waitAtMost } from './clock.js'

const packageName = '@opentelemetry/api'
const maxFlushMs = 1_000

let loaded: Tracing | null | undefined

/**
 * The tracing of this process, by the API that is installed in the project or beside this program. null unless the user has
 * set up an SDK in this process: nothing is resolved or loaded then.
 */
export function processTracing(): Tracing | null {
  if (!hasSdk()) return null
  if (loaded === undefined) loaded = load()
  return loaded
}

function load(): Tracing | null {
  // A task process works in the project's folder. The folder may be gone.
  for (const placeOf of [() => join(process.cwd(), 'package.json'), () => import.meta.url]) {
    try {
      return new Tracing(createRequire(placeOf())(packageName) as typeof Api)
    } catch {} // not installed there
  }
  return null
}

/** What a span of an enqueue or of an attempt says of its job. */
export interface TracedJob {
  readonly task: string
  readonly queue: string
}

/** A span that is open. */
export interface EnqueueSpan {
  /** What the job carries: the context of this span. */
  readonly trace: string | null
  /** `id`: of the stored job; null: it was refused. */
  end(id: JobId | null, error?: Pick<JobError, 'name' | 'message'>): void
}

export interface AttemptSpan {
  /** Runs `use` with the span as the active one. */
  run<T>(use: () => T): T
  /** null: the attempt has not failed. */
  end(error: JobError | null): void
}

/** Makes spans by the conventions for messaging. A failure of the SDK never reaches the caller. */
export class Tracing {
  readonly #api: typeof Api
  readonly #tracer: Api.Tracer

  constructor(api: typeof Api) {
    this.#api = api
    this.#tracer = api.trace.getTracer('offstage')
  }

  /** `parent`: where no span is active; null: none. null if the SDK fails. */
  enqueue(job: TracedJob, parent: TraceContext | null): EnqueueSpan | null {
    return orNull(() => {
      const { context, trace, SpanKind } = this.#api
      const active = context.active()
      const above = trace.getSpan(active) === undefined && parent !== null ? this.#contextOf(parent) : active
      const attributes = { ...attributesOf(job), ...operation('enqueue', 'send') }
      const span = this.#tracer.startSpan(
        `offstage enqueue ${job.task}`,
        { kind: SpanKind.PRODUCER, attributes },
        above,
      )
      return {
        trace: this.#textOf(span),
        end: (id, error) => {
          orNull(() => {
            if (id !== null) span.setAttribute('messaging.message.id', id)
            if (error !== undefined) this.#fail(span, { ...error, stack: null })
            span.end()
          })
        },
      }
    })
  }

  /** A child of the enqueue, with a link to it. null if the SDK fails. */
  attempt(job: TracedJob & { readonly id: JobId; readonly attempt: number; readonly trace: string | null }) {
    return orNull((): AttemptSpan => {
      const { context, trace, ROOT_CONTEXT, SpanKind } = this.#api
      const enqueued = parseTrace(job.trace)
      const above = enqueued === null ? ROOT_CONTEXT : this.#contextOf(enqueued)
      const creation = trace.getSpanContext(above)
      const attributes = {
        ...attributesOf(job),
        ...operation('run', 'process'),
        'messaging.message.id': job.id,
        'offstage.attempt': job.attempt,
      }
      const links = creation === undefined ? [] : [{ context: creation }]
      const options = { kind: SpanKind.CONSUMER, attributes, links }
      const span = this.#tracer.startSpan(`offstage run ${job.task}`, options, above)
      const inside = trace.setSpan(above, span)
      return {
        run: (use) => runInside(context, inside, use),
        end: (error) => {
          orNull(() => {
            if (error !== null) this.#fail(span, error)
            span.end()
          })
        },
      }
    })
  }

  /** Exports what the SDK has collected, in a second at most: a process that ends would lose it. Never rejects. */
  async flush(clock: Clock): Promise<void> {
    try {
      const proxy = this.#api.trace.getTracerProvider() as { getDelegate?(): unknown }
      const provider = (proxy.getDelegate?.() ?? proxy) as { forceFlush?(): Promise<void> }
      const flushed = provider.forceFlush?.()
      if (flushed !== undefined) await waitAtMost(clock, maxFlushMs, flushed)
    } catch {} // an exporter that fails says so by itself
  }

  #contextOf({ traceId, spanId, flags, state }: TraceContext): Api.Context {
    const { createTraceState, ROOT_CONTEXT, trace } = this.#api
    const traceState = state === null ? {} : { traceState: createTraceState(state) }
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags, isRemote: true, ...traceState })
  }

  #textOf(span: Api.Span): string | null {
    const { traceId, spanId, traceFlags, traceState } = span.spanContext()
    if (!this.#api.isSpanContextValid(span.spanContext())) return null
    return traceText({ traceId, spanId, flags: traceFlags, state: traceState?.serialize() || null })
  }

  #fail(span: Api.Span, { name, message, stack }: JobError): void {
    span.setAttribute('error.type', name)
    span.recordException({ name, message, ...(stack === null ? {} : { stack }) })
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message })
  }
}

function attributesOf({ task, queue }: TracedJob) {
  return { 'messaging.system': 'offstage', 'messaging.destination.name': queue, 'offstage.task': task }
}

function operation(name: string, type: string) {
  return { 'messaging.operation.name': name, 'messaging.operation.type': type }
}

/** Runs `use` once, also if the context manager of the SDK throws: the job must not wait for it. */
function runInside<T>(context: Api.ContextAPI, inside: Api.Context, use: () => T): T {
  const ends: ({ readonly returned: T } | { readonly thrown: unknown })[] = []
  const once = () => {
    if (ends.length > 0) return
    try {
      ends.push({ returned: use() })
    } catch (thrown) {
      ends.push({ thrown })
    }
  }
  orNull(() => context.with(inside, once))
  const [end] = ends
  if (end === undefined) return use()
  if ('thrown' in end) throw end.thrown
  return end.returned
}

function orNull<T>(use: () => T): T | null {
  try {
    return use()
  } catch {
    return null
  }
}
