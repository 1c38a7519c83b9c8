import type { RetriedErrors } from '../../domain/error-class.js'
import { type JsonValue, memberPath, parseJson } from '../../domain/json.js'
import { redactText } from '../../domain/redact.js'
import type { TaskDefaults } from '../../domain/request.js'
import type { SchemaIssue, SchemaResult, StandardSchema } from '../../domain/standard-schema.js'
import type { Catalog, CheckRequest, Verdict } from '../ipc/messages.js'

/** A task as its process knows it. */
export interface LoadedTask extends RetriedErrors {
  readonly name: string
  readonly run: (...args: unknown[]) => unknown
  readonly schema: StandardSchema | null
  readonly defaults: TaskDefaults
}

/** The tasks and faults of the task directory. */
export interface LoadedTasks {
  readonly catalog: Catalog
  task(name: string): LoadedTask | undefined
}

export type Accepted = { readonly args: readonly unknown[] } | { readonly refused: string }

/**
 * The arguments for the function. With a schema: its output for the single argument. A refusal names the field, and
 * lists at most three issues. Without a schema the answer is no promise, so that the job starts in this turn.
 */
export function acceptArgs(task: LoadedTask, argsJson: string): Accepted | Promise<Accepted> {
  const args = parseJson(argsJson) as unknown[]
  return task.schema === null ? { args } : acceptBySchema(task.name, task.schema, args)
}

/** The same where nobody can wait; null if the schema answers later. */
export function acceptArgsAtOnce(
  { name, schema }: Pick<LoadedTask, 'name' | 'schema'>,
  argsJson: string,
): Accepted | null {
  const args = parseJson(argsJson) as unknown[]
  if (schema === null) return { args }
  if (args.length > 1) return tooManyArgs(name, args)
  const result = schema['~standard'].validate(args[0])
  if (!('then' in result)) return acceptedBy(result)
  Promise.resolve(result).catch(() => {}) // nobody asks for it any more
  return null
}

async function acceptBySchema(name: string, schema: StandardSchema, args: readonly unknown[]): Promise<Accepted> {
  if (args.length > 1) return tooManyArgs(name, args)
  return acceptedBy(await schema['~standard'].validate(args[0]))
}

function tooManyArgs(name: string, { length }: readonly unknown[]): Accepted {
  return { refused: `${name} takes one argument, an object; ${length} were given` }
}

function acceptedBy(result: SchemaResult<unknown>): Accepted {
  if (result.issues === undefined) return { args: [result.value] }
  return { refused: result.issues.slice(0, 3).map(describeIssue).join('; ') }
}

function describeIssue(issue: SchemaIssue): string {
  const path = (issue.path ?? []).reduce<string>((above, part) => {
    const key = typeof part === 'object' ? part.key : part
    return typeof key === 'number' ? `${above}[${key}]` : memberPath(above, String(key))
  }, '')
  return path === '' ? issue.message : `${path}: ${issue.message}`
}

/** Checks arguments by the schemas of their tasks, in order. A refusal may repeat a secret argument: that is masked. */
export async function checkAll(
  loaded: LoadedTasks,
  requests: readonly CheckRequest[],
  redact: readonly string[],
): Promise<Verdict[]> {
  return Promise.all(
    requests.map(async ({ task: name, argsJson }) => {
      const task = loaded.task(name)
      if (task === undefined) return `no task ${name}`
      const refused = await checkArgs(task, argsJson)
      return refused === null ? null : redactText(refused, parseJson(argsJson) as JsonValue, redact)
    }),
  )
}

export async function checkArgs(task: LoadedTask, argsJson: string): Promise<Verdict> {
  try {
    const accepted = await acceptArgs(task, argsJson)
    return 'refused' in accepted ? accepted.refused : null
  } catch (thrown) {
    return `the schema of ${task.name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}
