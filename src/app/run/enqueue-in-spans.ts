import type { NewJob } from '../../domain/job.js'
import { parseTrace, traceOfHeaders, traceText } from '../../domain/trace-context.js'
import { systemClock } from '../../engine/clock.js'
import { processTracing } from '../../engine/tracing.js'
import type { Enqueued } from '../../stores/store.js'

/**
 * Stores jobs that carry a trace context: that of a span each, if an SDK is set up in this process; otherwise that of
 * TRACEPARENT in the environment, if it is there.
 */
export async function enqueueInSpans(
  jobs: readonly NewJob[],
  enqueue: (jobs: readonly NewJob[]) => Promise<readonly Enqueued[]>,
): Promise<readonly Enqueued[]> {
  const { TRACEPARENT, TRACESTATE } = process.env
  const outer = traceOfHeaders(TRACEPARENT, TRACESTATE)
  const tracing = processTracing()
  if (tracing === null) return enqueue(outer === null ? jobs : jobs.map((job) => ({ ...job, trace: traceText(outer) })))
  const spans = jobs.map((job) => tracing.enqueue(job, parseTrace(job.trace) ?? outer))
  const traced = jobs.map((job, index) => ({ ...job, trace: spans[index]?.trace ?? job.trace }))
  try {
    const answers = await enqueue(traced)
    spans.forEach((span, index) => {
      const enqueued = answers[index]
      span?.end(enqueued === undefined || enqueued.answer === 'refused' ? null : enqueued.id)
    })
    return answers
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    for (const span of spans) span?.end(null, { name, message })
    throw thrown
  } finally {
    await tracing.flush(systemClock)
  }
}
