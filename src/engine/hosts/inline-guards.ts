import { inspect } from 'node:util'
import type { Clock } from '../../domain/clock.js'
import { refuseExit } from '../task-process/module-exit.js'
import { captureOutput } from '../task-process/output.js'
import { surviveErrors } from '../task-process/survive-errors.js'
import type { Emit } from './task-host.js'

/**
 * Makes the process of a command fit for jobs: what they print is captured, their stray errors fail them, and they cannot
 * end the process. `failJob` fails the job that calls, and is false if none does. Returns how to undo it.
 */
export function guardProcess(clock: Clock, emit: Emit, failJob: (thrown: unknown) => boolean): () => void {
  const warn = (text: string) =>
    emit({ type: 'output', output: [{ id: null, attempt: 0, stream: 'stderr', text, at: clock.now() }] })
  const undoCapture = captureOutput(clock, false, (output) => emit({ type: 'output', output: [output] }))
  const undoErrors = surviveErrors({
    failJob,
    fromEndedJob: warn,
    fromModule: (thrown) => warn(`error outside of any job: ${inspect(thrown)}\n`),
  })
  const { undo: undoExit } = refuseExit(() => true, 'in the process of the command, which it would end')
  return () => {
    undoExit()
    undoCapture()
    undoErrors()
  }
}
