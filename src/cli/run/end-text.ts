import type { RunEnd } from '../../app/run/run-job.js'
import type { JobJson } from '../../views/job.js'
import { safeJson, visible } from '../../views/sanitise.js'
import { exitCodeOfJob, exitCodes } from '../exit-codes.js'
import { errorText } from '../jobs/job-text.js'
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
  if (job.state === 'completed') return { line: wasMirrored ? null : resultText(job), exitCode }
  if (wasMirrored) {
    say(`${job.id} ${job.state}: ${job.error?.message ?? ''}`)
    return { line: null, exitCode }
  }
  sayText(failureText(job))
  return { line: null, exitCode }
}

/** A text as it is, anything else as JSON; null for a task that returned nothing. */
function resultText({ result }: JobJson): string | null {
  if (result === null) return null
  if (typeof result !== 'string') return safeJson(JSON.stringify(result))
  // In a pipe or a file a text is data, and must arrive as it is.
  return process.stdout.isTTY ? visible(result) : result
}

function failureText(job: JobJson): string {
  const times = job.attempt === 1 ? '' : ` after ${job.attempt} attempts`
  const head = `${job.id} ${job.task} ${job.state}${times}`
  return job.error === null ? head : `${head}\n${errorText(job.error)}`
}
