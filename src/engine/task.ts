import { type Duration, parseDuration } from '../domain/duration.js'
import { everyError, type RetriedErrors } from '../domain/error-class.js'
import { UsageError } from '../domain/errors.js'
import { defaultGraceMs, type JobId } from '../domain/job.js'
import { toJsonText } from '../domain/json.js'
import { queueName } from '../domain/names.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import {
  checkEnqueueOptions,
  type EnqueueOptions,
  parsePriority,
  parseTimeout,
  plainTaskDefaults,
  type TaskDefaults,
} from '../domain/request.js'
import { parseRetry, type RetryOptions } from '../domain/retry.js'
import type { TaskSchedule } from '../domain/schedule/options.js'
import type { SchemaInput, SchemaOutput, StandardSchema } from '../domain/standard-schema.js'
import { whyNoTask } from '../domain/task-function.js'
import type { Isolation } from './ipc/messages.js'

/** The defaults of a task for all its jobs. Every property is optional. */
export interface TaskOptions {
  /** Default: 3 retries after 1 s, 2 s, 4 s. */
  readonly retry?: RetryOptions
  /** Limit of one attempt; false for none. Default `15m`. */
  readonly timeout?: Duration | false
  /** How long a job may go on after its signal, before it is abandoned or killed with its process. Default `5s`. */
  readonly grace?: Duration
  /** `own`: each job has a fresh process to itself. Default `shared`. */
  readonly isolation?: Isolation
  /** Default `default`. */
  readonly queue?: string
  /** -100 to 100, higher first. Default 0. */
  readonly priority?: number
  /**
   * When the task runs on a schedule, while a scheduler is active. `offstage tasks` and `offstage schedule list` show a
   * fault in it; the other tasks run on.
   */
  readonly schedule?: TaskSchedule
}

/** The result of an enqueue. */
export interface JobHandle {
  readonly id: JobId
  /** True if an older job with the same key was kept, and `id` is that one's. */
  readonly duplicate: boolean
}

/** What stores jobs of a task. */
export interface Enqueue<Input extends readonly unknown[]> {
  /**
   * Stores a job with the function's own arguments; resolves when it is safe. Rejects with UsageError if they are no
   * JSON, are refused by the schema, or if the function is not registered (`E_UNREGISTERED`).
   */
  enqueue(...args: Input): Promise<JobHandle>
}

/** A function with options: callable as before, and with `enqueue()`. */
export type Task<Input extends readonly unknown[], Args extends readonly unknown[], Result> = ((
  ...args: Args
) => Result) &
  Enqueue<Input> & {
    /** The same task for jobs with these options. Throws UsageError that names an option that is wrong or unknown. */
    with(options: EnqueueOptions): Enqueue<Input>
  }

/** What `task()` keeps beside the function. */
export interface TaskDefinition extends RetriedErrors {
  readonly defaults: TaskDefaults
  readonly graceMs: number
  readonly isolation: Isolation
  readonly schema: StandardSchema | null
  readonly schedule: TaskSchedule | null
}

const plainDefinition: TaskDefinition = {
  defaults: plainTaskDefaults,
  graceMs: defaultGraceMs,
  isolation: 'shared',
  schema: null,
  ...everyError,
  schedule: null,
}
const definitions = new WeakMap<object, TaskDefinition>()
const bindings = new WeakMap<object, readonly TaskBinding[]>()

/** Where the jobs of a registered function go. */
export interface TaskBinding {
  /** Who registered it: a task directory, or an engine. */
  readonly owner: object
  enqueue(argsJson: string, options: EnqueueOptions): Promise<JobHandle>
}

/** Gives a function options, and `enqueue()`. Throws UsageError if an option is wrong. */
export function task<Schema extends StandardSchema, Result>(
  options: TaskOptions & { readonly schema: Schema },
  run: (input: SchemaOutput<Schema>) => Result,
): Task<[input: SchemaInput<Schema>], [input: SchemaOutput<Schema>], Result>
export function task<Run extends CallableFunction>(
  options: TaskOptions & { readonly schema?: never },
  // The type of a function here would be that of parameters without one, whatever their defaults are.
  run: Run,
): Run extends (...args: infer Args extends readonly unknown[]) => infer Result ? Task<Args, Args, Result> : never
export function task(options: TaskOptions & { readonly schema?: StandardSchema }, run: CallableFunction): unknown {
  const why = whyNoTask(run)
  if (why !== null) {
    const wanted = typeof run === 'function' ? `a plain function: it is ${why}` : 'a function'
    throw new UsageError(
      'E_TASK',
      `task(options, run): run is not ${wanted}`,
      'write task({ ... }, async () => { ... })',
    )
  }
  const wrapped = (...args: unknown[]): unknown => run(...args)
  Object.defineProperties(wrapped, { name: { value: run.name }, length: { value: run.length } })
  definitions.set(wrapped, parseOptions(options))
  const methods = {
    enqueue: (...args: unknown[]) => enqueue(wrapped, args, {}),
    with(given: EnqueueOptions) {
      checkEnqueueOptions(given, 'with()')
      const options = { ...given } // later changes to the caller's object must not count
      return { enqueue: (...args: unknown[]) => enqueue(wrapped, args, options) }
    },
  }
  // Not enumerable: functions that a CommonJS module has put on its function are tasks, and these are none.
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(wrapped, name, { value, writable: true })
  return wrapped
}

/** The options that `task()` gave a function; the defaults for a plain one. */
export function definitionOf(run: object): TaskDefinition {
  return definitions.get(run) ?? plainDefinition
}

/**
 * Registers a function: from now on its `enqueue()` knows its name and its store. A second owner makes that ambiguous, and
 * `enqueue()` throws.
 */
export function bindTask(run: object, binding: TaskBinding): void {
  bindings.set(run, [...bindingsOfOthers(run, binding.owner), binding])
}

/** Undoes `bindTask`. */
export function unbindTask(run: object, owner: object): void {
  bindings.set(run, bindingsOfOthers(run, owner))
}

function bindingsOfOthers(run: object, owner: object): readonly TaskBinding[] {
  return bindings.get(run)?.filter((other) => other.owner !== owner) ?? []
}

/** The one binding of a function. Throws UsageError `E_UNREGISTERED` if it has none, `E_TWO_ENGINES` if it has several. */
export function bindingOf(run: (...args: never[]) => unknown): TaskBinding {
  const [binding, other] = bindings.get(run) ?? []
  const name = run.name || '(without a name)'
  if (binding === undefined) {
    throw new UsageError(
      'E_UNREGISTERED',
      `the task ${name} is not registered, so it has no store to be enqueued in`,
      'export it from a module of the task directory and enqueue it in a task, or pass it to createEngine({ tasks })',
    )
  }
  if (other === undefined) return binding
  throw new UsageError(
    'E_TWO_ENGINES',
    `the task ${name} is registered with several engines`,
    'say which one is meant: engine.enqueue(task, [arguments])',
  )
}

/** Registers a function of a module that is not loaded yet, if there is one. */
export type RegisterLate = (run: object) => Promise<void>

let registerLate: RegisterLate = async () => {}

/** Sets who registers a function that is unknown when its `enqueue()` is called. */
export function registerLateBy(register: RegisterLate): void {
  registerLate = register
}

const taskOptionNames: readonly (keyof TaskOptions | 'schema')[] = [
  'retry',
  'timeout',
  'grace',
  'isolation',
  'queue',
  'priority',
  'schedule',
  'schema',
]

function parseOptions(options: TaskOptions & { readonly schema?: StandardSchema }): TaskDefinition {
  refuseUnknownOptions(options, taskOptionNames, 'task()')
  const { retry } = options
  const { maxRetries, backoff, retryOn, dontRetryOn } =
    retry === undefined ? { ...plainTaskDefaults, ...everyError } : parseRetry(retry, 'retry')
  return {
    defaults: {
      queue: options.queue === undefined ? plainTaskDefaults.queue : queueName(options.queue),
      priority: options.priority === undefined ? 0 : parsePriority(options.priority, 'priority'),
      maxRetries,
      backoff,
      timeoutMs: options.timeout === undefined ? plainTaskDefaults.timeoutMs : parseTimeout(options.timeout, 'timeout'),
    },
    graceMs: options.grace === undefined ? defaultGraceMs : parseDuration(options.grace, 'grace'),
    isolation: options.isolation === undefined ? 'shared' : parseIsolation(options.isolation),
    schema: options.schema === undefined ? null : parseSchema(options.schema),
    retryOn,
    dontRetryOn,
    schedule: options.schedule ?? null,
  }
}

function parseSchema(schema: StandardSchema): StandardSchema {
  // A schema may be a function: arktype's are.
  const standard: unknown = (schema as Partial<StandardSchema> | null)?.['~standard']
  const validate = (standard as Partial<StandardSchema['~standard']> | undefined)?.validate
  if (typeof validate === 'function') return schema
  throw new UsageError('E_SCHEMA', 'schema: it is no Standard Schema', 'zod, valibot and arktype make such schemas')
}

function parseIsolation(value: Isolation): Isolation {
  if (value === 'shared' || value === 'own') return value
  throw new UsageError('E_ISOLATION', `isolation: ${written(value)} is neither "shared" nor "own"`)
}

async function enqueue(
  run: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  options: EnqueueOptions,
): Promise<JobHandle> {
  // Before anything is waited for: the caller may change them.
  const argsJson = argsText(args)
  if (!bindings.has(run)) await registerLate(run)
  return bindingOf(run).enqueue(argsJson, options)
}

/**
 * The arguments of a call as JSON text. Optional parameters that were left out at the end are left out of the call. Throws
 * NotJsonError.
 */
export function argsText(args: readonly unknown[]): string {
  return toJsonText(args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1), 'arguments')
}
