import type { RunEnd } from '../../app/run/run-job.js'
import { noResult, resultOf } from '../../domain/json.js'
import type { JobJson } from '../../views/job.js'
import { safeJson, visible, visibleLine } from '../../views/sanitise.js'
import { shownTask } from '../../views/shown-task.js'
import { exitCodeOfJob, exitCodes } from '../exit-codes.js'
import { errorTextAfterOutput, stateText } from '../jobs/job-text.js'
import { say, sayText } from '../say.js'

/**
 * Shows how a run ended on stderr. Returns the line for stdout, and the exit code. `onlyId`: the run did not wait for
 * its end. `wasMirrored`: stdout has the output of a command, and gets nothing else.
 */
export function showEnd(
  end: RunEnd,
  onlyId: boolean,
  wasMirrored: boolean,
): { readonly line: string | null; readonly exitCode: number } {
  const { job } = end
  if (onlyId) return { line: job.id, exitCode: exitCodes.done }
  if (end.interrupted) {
    say(`${job.id} ${job.state}`)
    return { line: null, exitCode: exitCodes.interrupted }
  }
  const exitCode = exitCodeOfJob(job)
  if (job.state === 'completed') return { line: wasMirrored ? null : resultText(end), exitCode }
  if (wasMirrored) {
    say(`${job.id} ${job.state}${job.error === null ? '' : `: ${job.error.message}`}`)
    return { line: null, exitCode }
  }
  sayText(failureText(job))
  return { line: null, exitCode }
}

/**
 * A text as it is, anything else as JSON; null for a task that returned nothing. The run that made the job shows its real
 * result; the job of another run is masked.
 */
function resultText({ job, resultJson, duplicate }: RunEnd): string | null {
  if (resultJson === null || resultJson === noResult) return null
  const result = duplicate ? job.result : resultOf(resultJson)
  if (typeof result !== 'string') return safeJson(JSON.stringify(result))
  // In a pipe or a file a text is data, and must arrive as it is.
  return process.stdout.isTTY ? visible(result) : result
}

function failureText(job: JobJson): string {
  const times = job.attempt === 1 ? '' : ` after ${job.attempt} attempts`
  const head = `${job.id} ${visibleLine(shownTask(job))} ${stateText(job)}${times}`
  return job.error === null ? head : `${head}\n${errorTextAfterOutput(job.error)}`
}
