import { describeFailure } from '../../domain/failure.js'
import type { EnqueueOptions } from '../../domain/request.js'
import type { JobHandle } from '../task.js'
import { processTracing } from '../tracing.js'
import type { LoadedTask } from './loaded-task.js'

/** Enqueues within a span, if the project traces. `send` gets the trace context that the job shall carry. */
export async function enqueueInSpan(
  { name: task, defaults }: LoadedTask,
  { queue = defaults.queue }: EnqueueOptions,
  send: (trace: string | null) => Promise<JobHandle>,
): Promise<JobHandle> {
  const span = processTracing()?.enqueue({ task, queue }, null) ?? null
  if (span === null) return send(null)
  try {
    const handle = await send(span.trace)
    span.end(handle.id)
    return handle
  } catch (thrown) {
    span.end(null, describeFailure(thrown))
    throw thrown
  }
}
