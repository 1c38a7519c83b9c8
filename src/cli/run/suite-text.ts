import { formatDuration } from '../../domain/duration.js'
import type { JobJson } from '../../views/job.js'
import { hasPassed, type SuiteJson, tookMs } from '../../views/suite.js'
import { stateCell } from '../cells.js'
import { errorLine, stateText } from '../jobs/job-text.js'
import { type Look, lookOfStdout } from '../look.js'
import { table } from '../table.js'

/** How a task of a suite ended: one line, and below it the stack if it failed. */
export function endedText(job: JobJson): string {
  const took = tookMs(job)
  const head = `${job.id} ${job.task}${took === null ? '' : ` ${timeText(took)}`}`
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
export async function suiteText(
  suite: SuiteJson,
  shownPath: (file: string) => string,
  look: Look = lookOfStdout(),
): Promise<string> {
  const rows = [
    ...suite.items.map((job) => {
      const took = tookMs(job)
      return [
        job.id,
        job.task,
        stateCell(job.state, stateText(job)),
        took === null ? '' : timeText(took),
        job.error === null ? '' : errorLine(job.error),
      ]
    }),
    ...suite.faults.map(({ file, message }) => [
      '',
      shownPath(file),
      { full: 'faulty', style: 'red' } as const,
      '',
      message.split('\n', 1)[0] ?? '',
    ]),
  ]
  const counts = `${suite.passed} passed, ${suite.failed} failed in ${timeText(suite.durationMs)}`
  const columns = [
    'JOB',
    { heading: 'TASK', flexible: true },
    'STATE',
    { heading: 'TIME', align: 'right' },
    { heading: 'ERROR', flexible: true },
  ] as const
  return `${await table(columns, rows, look)}\n\n${counts}`
}

/** `120 ms`, `1.2 s` */
function timeText(durationMs: number): string {
  return formatDuration(durationMs).replace(/(?<=\d)(?=[a-z])/g, ' ')
}
