import { parseWindow } from './duration.js'
import { UsageError } from './errors.js'
import { jobStates } from './job.js'
import { isTaskName, nearestName, queueName } from './names.js'

export const queueFields = [...jobStates, 'latencyMs', 'paused', 'workers'] as const
export const healthFields = [
  'status',
  'reasons',
  'recentTasks',
  'failureRate',
  'averageDurationMs',
  'workersAlive',
  'oldestQueuedMs',
] as const
export const countFields = ['completed', 'failed', 'retried', 'total'] as const

export type QueueField = (typeof queueFields)[number]
export type HealthField = (typeof healthFields)[number]
export type CountField = (typeof countFields)[number]

/** A number that an assertion is about. */
export type Measure =
  | { readonly kind: 'queue'; readonly queue: string; readonly field: QueueField }
  | { readonly kind: 'health'; readonly field: HealthField }
  /** What ended; null: of all time, of all tasks, on all queues. */
  | {
      readonly kind: 'count'
      readonly field: CountField
      readonly sinceMs: number | null
      readonly task: string | null
      readonly queue: string | null
    }

const operators = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const

/** What is asserted: `queue.mail.queued < 100`. */
export interface Assertion {
  /** As it was written. */
  readonly text: string
  readonly measure: Measure
  readonly operator: keyof typeof operators
  readonly number: number
}

export function holds({ operator, number }: Assertion, value: number): boolean {
  return operators[operator](value, number)
}

/**
 * Reads `PATH OP NUMBER`. PATH is `queue.NAME.FIELD`, `health.FIELD`, or `failed{since=5m,task=NAME,queue=NAME}` and the same
 * of the other counts. Throws UsageError `E_ASSERTION`, which says where the mistake is; `option` names the flag.
 */
export function parseAssertion(text: string, option: string): Assertion {
  const refuse = (at: number, what: string, hint: string | null): never => {
    throw new UsageError('E_ASSERTION', `${option} ${JSON.stringify(text)}, at ${at + 1}: ${what}`, hint)
  }
  const path = /^\s*([^\s<>=!{]*(?:\{[^}]*\}?)?)\s*/.exec(text)
  const pathText = path?.[1] ?? ''
  const operatorAt = path?.[0].length ?? 0
  const operator = Object.keys(operators).find((one) => text.startsWith(one, operatorAt)) as Assertion['operator']
  const pathAt = text.indexOf(pathText)
  if (pathText.includes('{') && !pathText.endsWith('}')) {
    refuse(pathAt + pathText.trimEnd().length, 'a "}" is missing', example)
  }
  if (pathText === '') refuse(pathAt, 'there is nothing to compare', example)
  if (operator === undefined) refuse(operatorAt, 'there is no comparison', 'write one of < <= == != >= >')
  const numberAt = operatorAt + operator.length
  const numberText = text.slice(numberAt).trim()
  if (!/^-?\d+(\.\d+)?$/.test(numberText)) {
    const found = numberText === '' ? 'there is no number' : `${JSON.stringify(numberText)} is no number`
    refuse(numberAt, found, 'durations are milliseconds: 300000 is five minutes')
  }
  const measure = measureOf(pathText, (offset, what, hint) => refuse(pathAt + offset, what, hint))
  return { text: text.trim(), measure, operator, number: Number(numberText) }
}

type Refuse = (offset: number, what: string, hint: string | null) => never

const example = 'such as "queue.mail.queued < 100", "health.failureRate <= 0.1" or "failed{since=5m} == 0"'

function measureOf(path: string, refuse: Refuse): Measure {
  const [, head = '', labels] = /^([^{]*)(\{.*)?$/s.exec(path) ?? []
  if (isOneOf(head, countFields)) return { kind: 'count', field: head, ...labelsOf(labels, head.length, refuse) }
  if (labels !== undefined) refuse(head.length, `${head} takes no labels`, `${countFields.join(', ')} do`)
  const [kind = '', ...rest] = head.split('.')
  const field = rest.at(-1) ?? ''
  const fieldAt = head.length - field.length
  if (kind === 'health' && rest.length === 1) {
    return { kind, field: oneOf(field, healthFields, fieldAt, 'health', refuse) }
  }
  if (kind !== 'queue') {
    const paths = ['queue.NAME.FIELD', 'health.FIELD', ...countFields]
    const near = nearestName(kind, ['queue', 'health', ...countFields])
    refuse(
      0,
      `there is no ${JSON.stringify(head)}`,
      near === null ? example : `did you mean ${near}? there are ${paths.join(', ')}`,
    )
  }
  // The name of a queue may have dots; the name of a field has none.
  const queue = rest.slice(0, -1).join('.')
  if (queue === '') refuse(head.length, 'a queue is written as queue.NAME.FIELD', example)
  const name = attempt(
    () => queueName(queue),
    (why) => refuse(kind.length + 1, why, null),
  )
  return { kind, queue: name, field: oneOf(field, queueFields, fieldAt, 'a queue', refuse) } as Measure
}

function labelsOf(text: string | undefined, at: number, refuse: Refuse) {
  const labels: { sinceMs: number | null; task: string | null; queue: string | null } = {
    sinceMs: null,
    task: null,
    queue: null,
  }
  if (text === undefined) return labels
  const named = new Set<string>()
  let offset = at + 1
  for (const part of text.slice(1, -1).split(',')) {
    const [, name = '', value = ''] = /^\s*([^=\s]*)\s*=?\s*"?([^"]*?)"?\s*$/s.exec(part) ?? []
    const why = (message: string) => refuse(offset, message, null)
    if (named.has(name)) why(`${name} is given twice`)
    named.add(name)
    if (name === 'since') labels.sinceMs = attempt(() => parseWindow(value, 'since'), why)
    else if (name === 'task' && isTaskName(value)) labels.task = value
    else if (name === 'task') why(`${JSON.stringify(value)} is no name of a task`)
    else if (name === 'queue') labels.queue = attempt(() => queueName(value), why)
    else if (part.trim() !== '')
      refuse(offset, `there is no label ${JSON.stringify(name)}`, 'there are since, task, queue')
    offset += part.length + 1
  }
  return labels
}

function attempt<T>(use: () => T, refuse: (why: string) => never): T {
  try {
    return use()
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

function isOneOf<T extends string>(name: string, names: readonly T[]): name is T {
  return (names as readonly string[]).includes(name)
}

function oneOf<T extends string>(field: string, fields: readonly T[], at: number, what: string, refuse: Refuse): T {
  if (isOneOf(field, fields)) return field
  const near = nearestName(field, fields)
  const meant = near === null ? '' : `did you mean ${near}? `
  return refuse(at, `${what} has no field ${JSON.stringify(field)}`, `${meant}there are ${fields.join(', ')}`)
}
