import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { SlotEvent } from '../hosts/task-host.js'
import type { EnqueueAnswer, TaskOutput } from '../ipc/messages.js'
import type { ProcessSlot } from './process-slot.js'

/**
 * Why a process is replaced, though it has not ended: it has run very many jobs, uses much memory, has a job that was
 * abandoned, or an error came in it after the end of a job.
 */
export type ReplaceReason = 'age' | 'memory' | 'abandoned job' | 'late error'

/** Events that the pool passes on. It handles `recycle` and `busy` itself. */
export type PoolEvent =
  | Exclude<SlotEvent<RunningAttempt>, { readonly type: 'recycle' | 'busy' }>
  | { readonly type: 'replaced'; readonly reason: ReplaceReason }
  /** A fresh process for one job does not have its task; `fault` says why, if a module is at fault. */
  | {
      readonly type: 'task missing'
      readonly attempt: RunningAttempt
      readonly fault: string | null
      readonly wasKnown: boolean
    }

export type EmitFromPool = (slot: ProcessSlot, event: PoolEvent) => void

const notStarted: EnqueueAnswer = {
  name: 'OffstageError',
  code: 'E_NO_WORKER',
  message: 'enqueue() was called before the worker had started',
  hint: 'call it in a task, not while its module loads',
}

/** Handles the events of a pool without a worker, whose modules load. */
export function handleBeforeOpen(event: PoolEvent, output: (output: TaskOutput) => void): void {
  if (event.type === 'output') event.output.forEach(output)
  else if (event.type === 'enqueue') event.answer(notStarted)
  else if (event.type === 'spawned') event.stored()
}
