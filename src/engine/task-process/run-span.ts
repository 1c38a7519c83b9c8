import type { JobError } from '../../domain/failure.js'
import type { JsonValue } from '../../domain/json.js'
import type { AttemptReport } from '../../domain/outcome.js'
import { redactText } from '../../domain/redact.js'
import type { JobAssignment } from '../ipc/messages.js'
import { processTracing } from '../tracing.js'

/** The span of an attempt. */
export interface RunSpan {
  /** Runs the attempt with the span as the active one: spans of the task are its children. */
  run<T>(use: () => T): T
  end(report: AttemptReport): void
}

/** null if the project does not trace. */
export function startRunSpan(job: JobAssignment, redact: readonly string[]): RunSpan | null {
  const span = processTracing()?.attempt(job) ?? null
  if (span === null) return null
  return {
    run: (use) => span.run(use),
    end: (report) => {
      const error = errorOf(report)
      span.end(error === null ? null : masked(error, job.argsJson, redact))
    },
  }
}

/** A task that asks to run later has not failed. */
function errorOf(report: AttemptReport): JobError | null {
  if (report.kind === 'threw') return report.error
  if (report.kind !== 'forced') return null
  return { name: 'Abandoned', message: 'it did not heed its signal', stack: null }
}

function masked({ name, message, stack }: JobError, argsJson: string, redact: readonly string[]): JobError {
  const args = JSON.parse(argsJson) as JsonValue
  const shown = (text: string) => redactText(text, args, redact)
  return { name: shown(name), message: shown(message), stack: stack === null ? null : shown(stack) }
}
