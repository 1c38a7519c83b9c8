import { noFacts } from '../domain/explain/facts.js'
import { explain } from '../domain/explain.js'
import type { FailedJob } from '../domain/notification.js'
import { jobToJson, shownError } from './job.js'
import { shownTask } from './shown-task.js'

// As the arguments of any job, with room for what stands around it.
const maxBytes = 255 * 1024
// Of a command, in the line of text.
const maxCommand = 200

/** What a notification says, with the job as `jobs show --json` has it, masked. */
export function notificationJson(
  { job, attempts }: Pick<FailedJob, 'job' | 'attempts'>,
  redact: readonly string[],
  from: { readonly project: string; readonly host: string },
) {
  const shown = { ...job, error: shownError(job, job.error, redact) }
  const shownAttempts = attempts.map((one) => ({ ...one, error: shownError(job, one.error, redact) }))
  const explanation = explain(shown, shownAttempts, noFacts, job.endedAt ?? job.createdAt)
  const json = { ...jobToJson(job, attempts, redact), explanation }
  const text = `${job.id} (${shownTask(json).slice(0, maxCommand)}) ${explanation}`
  const whole = { event: 'job.failed', ...from, text, job: json }
  if (isSmall(whole)) return whole
  const withoutArgs = { ...whole, job: { ...whole.job, args: null } }
  return isSmall(withoutArgs) ? withoutArgs : { ...withoutArgs, job: { ...withoutArgs.job, attempts: [] } }
}

function isSmall(value: object): boolean {
  return Buffer.byteLength(JSON.stringify(value)) < maxBytes
}
