import { formatDuration } from '../../domain/duration.js'
import type { JobError } from '../../domain/failure.js'
import type { EpochMs } from '../../domain/job.js'
import { type Glyph, stateGlyphs } from '../../views/glyphs.js'
import type { JobJson, JobListItem } from '../../views/job.js'
import { visible, visibleLine } from '../../views/sanitise.js'
import { shownTask } from '../../views/shown-task.js'
import { stateCell, timeCell } from '../cells.js'
import { drawn, type Look, lookOfStdout, styled } from '../look.js'
import { table } from '../table.js'

/** Everything about one job, for people. */
export function jobText(job: JobJson, look: Look = lookOfStdout()): string {
  const facts: (readonly [string, string | null])[] = [
    ['why', job.explanation],
    ['queue', job.queue],
    ['priority', job.priority === 0 ? null : String(job.priority)],
    ['key', job.key],
    ['arguments', job.args.length === 0 ? null : JSON.stringify(job.args)],
    ['folder', job.chdir],
    ['variables', job.env === null ? null : variablesText(job.env)],
    ['stdin', job.stdin === null ? null : JSON.stringify(job.stdin)],
    ['schedule', job.schedule === null ? null : `${job.schedule.name}, for ${job.schedule.slot}`],
    ['created', job.createdAt],
    ['due', job.state === 'scheduled' ? job.dueAt : null],
    ['started', job.startedAt],
    ['ended', job.endedAt],
    ['worker', job.worker],
    ['retries', `${Math.min(job.failures, job.maxRetries)} of ${job.maxRetries} used`],
    ['losses', job.losses === 0 ? null : String(job.losses)],
    ['time limit', job.timeoutMs === null ? 'none' : formatDuration(job.timeoutMs)],
    ['progress', job.progress === null ? null : progressText(job.progress)],
    ['result', job.state === 'completed' ? JSON.stringify(job.result) : null],
  ]
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`  ${styled(name.padEnd(11), 'dim', look)} ${visibleLine(value)}`],
  )
  return [
    `${styled(job.id, 'bold', look)}  ${visibleLine(shownTask(job))}  ${stateOnTerminal(job, look)}`,
    ...lines,
    ...job.attempts.flatMap((attempt) => attemptLines(attempt, look)),
  ].join('\n')
}

function variablesText(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

function attemptLines(attempt: JobJson['attempts'][number], look: Look): string[] {
  const took = attempt.durationMs === null ? '' : ` after ${formatDuration(attempt.durationMs)}`
  const head = `  attempt ${attempt.attempt}   ${stateOnTerminal(attempt, look)}${took}, ${attempt.startedAt}${usageText(attempt.usage)}`
  return attempt.error === null ? [head] : [head, indented(errorText(attempt.error))]
}

function usageText(usage: JobJson['attempts'][number]['usage']): string {
  if (usage === null) return ''
  const { peakBytes, cpuMs } = usage
  const memory = peakBytes === null ? '' : `, ${Math.round(peakBytes / (1024 * 1024))} MB at most`
  return `${memory}${cpuMs === null ? '' : `, ${formatDuration(cpuMs)} of CPU`}`
}

/** The progress that a job reports. */
export function progressText({ fraction, message }: NonNullable<JobJson['progress']>): string {
  return `${Math.round(fraction * 100)} %${message === null ? '' : ` ${message}`}`
}

/** An error with the stack of the task if there is one: its author needs that. */
export function errorText(error: JobError): string {
  return visible(error.stack ?? `${error.name}: ${error.message}`)
}

/** As `errorText`, where the output of the job was shown: the last lines of a program would stand there twice. */
export function errorTextAfterOutput(error: JobError): string {
  return errorText(error.exitCode === undefined ? error : { ...error, stack: null })
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n')
}

/** A state behind its sign and in its colour; in a pipe the bare word. */
function stateOnTerminal(of: { readonly state: string; readonly reason: string | null }, look: Look): string {
  const text = stateText(of)
  const glyph = look.width === null ? undefined : glyphs[of.state]
  return glyph === undefined ? text : styled(`${drawn(glyph, look)} ${text}`, glyph.style, look)
}

// An attempt has states of its own, such as `released`, which have no sign.
const glyphs: Readonly<Record<string, Glyph>> = stateGlyphs

export function stateText(job: { readonly state: string; readonly reason: string | null }): string {
  return job.reason === null || job.reason === 'error' ? job.state : `${job.state} (${job.reason})`
}

export function jobsTable(items: readonly JobListItem[], now: EpochMs, look: Look = lookOfStdout()): Promise<string> {
  return table(
    [
      'JOB',
      { heading: 'TASK', flexible: true },
      { heading: 'QUEUE', optional: true },
      'STATE',
      { heading: 'ATTEMPT', align: 'right', optional: true },
      { heading: 'CREATED', optional: true },
      { heading: 'ERROR', flexible: true },
    ],
    items.map((job) => [
      job.id,
      shownTask(job),
      job.queue,
      stateCell(job.state, stateText(job)),
      String(job.attempt),
      timeCell(job.createdAt, now),
      job.error === null ? '' : errorLine(job.error),
    ]),
    look,
  )
}

/** An error in one line: only the first one of its message. */
export function errorLine({ name, message }: Pick<JobError, 'name' | 'message'>): string {
  return `${name}: ${message.split('\n', 1)[0] ?? ''}`
}
