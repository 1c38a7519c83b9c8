import type { MonitoredFailure } from '../../app/monitor/monitor-data.js'
import type { JobId } from '../../domain/job.js'
import type { JobFilter } from '../../stores/store.js'
import { countText, jobsText } from '../words.js'

/** What a key does to the store. Each is one command of the command line. */
export type Action =
  | { readonly kind: 'retry' | 'cancel' | 'remove'; readonly ids: readonly JobId[] }
  | GroupRetry
  | { readonly kind: 'pause-queue' | 'resume-queue'; readonly name: string }
  | { readonly kind: 'pause-schedule' | 'resume-schedule' | 'trigger'; readonly name: string }

/** What R does to a group of failures. */
export interface GroupRetry {
  readonly kind: 'retry-group'
  /** Its task and error as the store has them. */
  readonly group: Pick<MonitoredFailure, 'task' | 'folded'>
  readonly filter: GroupFilter
  /** What the filter has found. These are retried, whatever fails until there is an answer. */
  readonly ids: readonly JobId[]
  /** How many of them have another error: no filter finds a masked error alone. */
  readonly others: number
}

/** The failed jobs of a group. `error` is missing where the group is of any error. */
export interface GroupFilter extends JobFilter {
  readonly task: string
  readonly error?: string
}

/** The same as a command line, to be pasted. `flags` say where the store is. */
export function commandOf(action: Action, flags = ''): string {
  return `offstage ${wordsOf(action).map(quoted).join(' ')}${flags}`
}

function wordsOf(action: Action): readonly string[] {
  switch (action.kind) {
    case 'retry':
    case 'cancel':
    case 'remove':
      return ['jobs', action.kind, ...action.ids]
    case 'retry-group': {
      const { task, error } = action.filter
      return ['jobs', 'retry', '--task', task, ...(error === undefined ? ['--state', 'failed'] : ['--error', error])]
    }
    case 'pause-queue':
      return ['queues', 'pause', action.name]
    case 'resume-queue':
      return ['queues', 'resume', action.name]
    case 'pause-schedule':
      return ['schedule', 'pause', action.name]
    case 'resume-schedule':
      return ['schedule', 'resume', action.name]
    case 'trigger':
      return ['schedule', 'trigger', action.name]
  }
}

/** What is asked before it; null: nothing, because it is easily undone. */
export function questionOf(action: Action): string | null {
  switch (action.kind) {
    case 'retry':
    case 'cancel':
    case 'remove':
      return `${action.kind} ${action.ids.length === 1 ? action.ids[0] : jobsText(action.ids.length)}?`
    case 'retry-group':
      return groupQuestion(action)
    case 'trigger':
      return `trigger ${action.name} now?`
    default:
      return null
  }
}

function groupQuestion({ filter, ids, others }: GroupRetry): string {
  const jobs = jobsText(ids.length)
  if (filter.error === undefined) return `retry ${jobs}, all that failed of ${filter.task}?`
  return others === 0 ? `retry ${jobs}?` : `retry ${jobs}, ${countText(others)} of them with another error?`
}

/** The filter of a group of failures: the longest part of its error without masks and what no command line carries. */
export function groupFilter({ task, error }: { readonly task: string; readonly error: string }): GroupFilter {
  const clean = longestCleanPart(error)
  return { states: ['failed'], task, ...(clean === '' ? {} : { error: clean }) }
}

function longestCleanPart(error: string): string {
  const parts = error.split(/(?:\*\*\*|[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029])+/u).map((part) => part.trim())
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '')
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export type ActionAnswer = {
  readonly text: string
  readonly isGood: boolean
  /** The jobs that need not stay selected. */
  readonly done: readonly JobId[]
}

const pastTense = { retry: 'retried', cancel: 'cancelled', remove: 'removed' } as const

/** What became of many jobs, in a line. */
export function answerText(kind: keyof typeof pastTense, done: number, others: ReadonlyMap<string, number>): string {
  const rest = [...others].map(([answer, count]) => `${countText(count)} ${answer}`)
  return [`${pastTense[kind]} ${jobsText(done)}`, ...rest].join(', ')
}
