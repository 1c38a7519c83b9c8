import { formatDuration } from '../domain/duration.js'
import type { JsonValue } from '../domain/json.js'
import { argsMask } from '../domain/redact-command.js'
import { isSecretName, mask } from '../domain/secret-names.js'
import type { JobRecord } from '../embedded/engine.js'
import { visibleLine } from '../views/sanitise.js'
import { isMatcher, type Matcher, plain } from './matches.js'

const mostJobs = 20
const mostCharacters = 300
const isSecret = isSecretName([])

/** Jobs for people, one a line: id, task, arguments and what became of each. Secrets are masked. */
export function jobsText(jobs: readonly JobRecord[], now: Date): string {
  const lines = jobs.slice(0, mostJobs).map((job) => {
    const error = job.error === null ? '' : `: ${job.error.name}: ${job.error.message}`
    const text = argsMask(job.task, job.args as JsonValue, [])?.(error) ?? error
    return `  ${cut(`${job.id} ${job.task} ${argsText(job.args)} ${stateText(job, now)}${text}`)}`
  })
  return [...lines, ...(jobs.length > mostJobs ? [`  and ${jobs.length - mostJobs} more`] : [])].join('\n')
}

/** What a test expects, or what a job has, as JSON text; matchers by their own names. */
export function argsText(value: unknown): string {
  return cut(textOf(value))
}

function stateText({ state, reason, dueAt, failures }: JobRecord, now: Date): string {
  const tried = failures > 0 && state === 'scheduled' ? `, after ${failures} failed ${plural(failures)}` : ''
  if (state === 'scheduled') return `scheduled, due in ${formatDuration(Math.max(0, +dueAt - +now))}${tried}`
  return reason === null || reason === 'error' ? state : `${state} (${reason})`
}

function plural(attempts: number): string {
  return attempts === 1 ? 'attempt' : 'attempts'
}

function textOf(expected: unknown): string {
  if (isMatcher(expected)) return matcherText(expected)
  if (expected instanceof RegExp) return String(expected)
  const value = plain(expected)
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value)
  const parts = Object.entries(value).map(([name, item]) => {
    const hides = isSecret(name) && (typeof item === 'string' || (typeof item === 'object' && item !== null))
    return `${JSON.stringify(name)}: ${hides ? JSON.stringify(mask) : textOf(item)}`
  })
  return `{ ${parts.join(', ')} }`
}

function matcherText(matcher: Matcher): string {
  const { sample } = matcher
  if (sample === undefined || typeof sample === 'function') return matcher.toAsymmetricMatcher?.() ?? String(matcher)
  return `${matcher} ${textOf(sample)}`
}

function cut(text: string): string {
  const line = visibleLine(text)
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)}…`
}
