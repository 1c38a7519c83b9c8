import { formatDuration } from '../../domain/duration.js'
import type { JobJson } from '../../views/job.js'
import { hasPassed, type SuiteJson, tookMs } from '../../views/suite.js'
import { short, stateText } from '../jobs/job-text.js'
import { table } from '../table.js'

/** How a task of a suite ended: one line, and below it the stack if it failed. */
export function endedText(job: JobJson): string {
  const took = tookMs(job)
  const head = `${job.task}${took === null ? '' : ` ${timeText(took)}`}`
  if (hasPassed(job)) return `ok ${head}`
  if (job.state === 'cancelled') return `CANCELLED ${head}`
  return `FAILED ${head}: ${indented(failureText(job))}`
}

/** The error and its stack. The stack usually begins with the error, which is then not repeated. */
function failureText({ error, state }: JobJson): string {
  if (error === null) return state
  const headline = `${error.name}: ${error.message}`
  if (error.stack === null) return headline
  return error.stack.startsWith(headline) ? error.stack : `${headline}\n${error.stack}`
}

/** Indented, so that no line of an error looks like a line of ours. */
function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

/** The summary: a row for each task and each faulty module, and a last line that counts them. */
export async function suiteText(suite: SuiteJson, shownPath: (file: string) => string): Promise<string> {
  const rows = [
    ...suite.items.map((job) => {
      const took = tookMs(job)
      return [job.task, stateText(job), took === null ? '' : timeText(took), errorLine(job)]
    }),
    ...suite.faults.map(({ file, message }) => [shownPath(file), 'faulty', '', firstLine(message)]),
  ]
  const counts = `${suite.passed} passed, ${suite.failed} failed in ${timeText(suite.durationMs)}`
  return `${await table(['TASK', 'STATE', 'TIME', 'ERROR'], rows)}\n\n${counts}`
}

function errorLine({ error }: JobJson): string {
  return error === null ? '' : firstLine(`${error.name}: ${error.message}`)
}

function firstLine(text: string): string {
  return short(text.split('\n')[0] ?? '', 80)
}

/** `120 ms`, `1.2 s` */
function timeText(durationMs: number): string {
  return formatDuration(durationMs).replace(/(?<=\d)(?=[a-z])/g, ' ')
}
