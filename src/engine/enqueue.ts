import type { Clock } from '../domain/clock.js'
import { OffstageError } from '../domain/errors.js'
import { makeJob } from '../domain/request.js'
import { parseTrace, traceText } from '../domain/trace-context.js'
import type { JobStore } from '../stores/store.js'
import type { EngineEmitter } from './events.js'
import type { EnqueueAnswer, EnqueueRequest } from './ipc/messages.js'

/** Stores a job that a task enqueues. Never rejects: the task gets the error as an answer. */
export async function enqueueFromTask(
  store: Pick<JobStore, 'enqueue'>,
  clock: Clock,
  events: EngineEmitter,
  { task, defaults, argsJson, options, trace }: EnqueueRequest,
): Promise<EnqueueAnswer> {
  try {
    // Code of the user may have sent it.
    const context = typeof trace === 'string' ? parseTrace(trace) : null
    const made = makeJob(task, defaults, argsJson, options, clock.now())
    const job = context === null ? made : { ...made, trace: traceText(context) }
    const [enqueued] = await store.enqueue([job])
    if (enqueued === undefined) throw new Error('the store answered nothing')
    if (enqueued.answer === 'refused') return { taken: { key: job.key?.name ?? '', holder: enqueued.id } }
    events.emit('job.enqueued', { task, queue: job.queue, enqueued })
    return { id: enqueued.id, duplicate: enqueued.answer === 'existing' }
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (thrown instanceof OffstageError) return { name, message, code: thrown.code, hint: thrown.hint }
    return { name, message, code: 'E_ENQUEUE', hint: null }
  }
}
