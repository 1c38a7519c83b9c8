import { AssertionError } from 'node:assert'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import type { JobRecord, TaskArgs, TaskFunction, TaskFunctions } from '../embedded/engine.js'
import { argsText, jobsText } from './job-text.js'
import { isMatcher, matches } from './matches.js'
import type { TestEngine } from './test-engine.js'

/** What is expected of a job, beside its task and arguments. */
export type JobFields = Partial<JobRecord>

/** A test engine, whatever its tasks are. */
export type AnyTestEngine = Pick<TestEngine, 'jobsFor' | 'now'>

/** Whether there is such a job, and what to say if that is not what a test expects. */
export interface Finding {
  readonly found: readonly JobRecord[]
  /** `isExpected`: there should be one. */
  message(isExpected: boolean): string
}

/**
 * Looks for jobs of a task. `args` and `fields` may have matchers such as `expect.any(String)` at any depth; undefined
 * matches everything. Throws UsageError if the engine has no such task, or if what is expected cannot be of a job: an
 * assertion that no job is such would hold.
 */
export function findJobs(
  engine: AnyTestEngine,
  task: string | TaskFunction,
  args: readonly unknown[] | undefined,
  fields: JobFields,
  call: string,
): Finding {
  refuseMistakes(engine, task, args, fields, call)
  const ofTask = engine.jobsFor(task)
  const found = ofTask.filter(
    (job) =>
      (args === undefined || matches(args, job.args)) &&
      Object.entries(fields).every(([name, value]) => matches(value, job[name as keyof JobRecord])),
  )
  return {
    found,
    message: (isExpected) => {
      const name = typeof task === 'string' ? task : (ofTask[0]?.task ?? task.name)
      const what = [`job of ${name}`, ...expectedParts(args, fields)].join(' ')
      const all = engine.jobsFor()
      if (!isExpected) return `expected no ${what}, but there is:\n${jobsText(found, engine.now())}`
      if (all.length === 0) return `expected a ${what}, but there are no jobs`
      const others = all.filter((job) => !ofTask.some(({ id }) => id === job.id))
      return `expected a ${what}, but there are only:\n${jobsText([...ofTask, ...others], engine.now())}`
    },
  }
}

const fieldNames: readonly (keyof JobRecord)[] = [
  'id',
  'task',
  'queue',
  'state',
  'reason',
  'priority',
  'args',
  'key',
  'createdAt',
  'dueAt',
  'startedAt',
  'endedAt',
  'attempt',
  'failures',
  'losses',
  'maxRetries',
  'timeoutMs',
  'progress',
  'result',
  'error',
  'worker',
  'schedule',
]

function refuseMistakes(engine: unknown, task: unknown, args: unknown, fields: unknown, call: string): void {
  if (typeof (engine as Partial<AnyTestEngine> | null | undefined)?.jobsFor !== 'function') {
    throw new UsageError('E_OPTION', `${call}: ${written(engine)} is no engine of createTestEngine()`)
  }
  if (typeof task !== 'string' && typeof task !== 'function') {
    throw new UsageError('E_OPTION', `${call}: ${written(task)} is neither the name of a task nor its function`)
  }
  if (args !== undefined && !Array.isArray(args) && !isMatcher(args)) {
    throw new UsageError(
      'E_OPTION',
      `${call}: ${written(args)} is no list of arguments`,
      'write them as a list: [address]',
    )
  }
  refuseUnknownOptions(fields, fieldNames, `${call}: the fields of a job`)
}

function expectedParts(args: readonly unknown[] | undefined, fields: JobFields): readonly string[] {
  const withFields = Object.entries(fields).map(([name, value]) => `${name} ${argsText(value)}`)
  return [
    ...(args === undefined ? [] : [`with the arguments ${argsText(args)}`]),
    ...(withFields.length === 0 ? [] : [`with ${withFields.join(', ')}`]),
  ]
}

/** Throws AssertionError, which lists the jobs there are, unless a job of this task was enqueued, whatever became of it. */
export function assertEnqueued<Run extends TaskFunction>(
  engine: AnyTestEngine,
  task: Run,
  args?: Readonly<TaskArgs<Run>>,
  fields?: JobFields,
): void
export function assertEnqueued<Tasks extends TaskFunctions<Tasks>, Name extends keyof Tasks & string>(
  engine: TestEngine<Tasks>,
  task: Name,
  args?: Readonly<TaskArgs<Tasks[Name]>>,
  fields?: JobFields,
): void
export function assertEnqueued(
  engine: AnyTestEngine,
  task: string | TaskFunction,
  args?: readonly unknown[],
  fields: JobFields = {},
): void {
  const { found, message } = findJobs(engine, task, args, fields, 'assertEnqueued()')
  if (found.length === 0) throw new AssertionError({ message: message(true), stackStartFn: assertEnqueued })
}

/** Throws AssertionError, which lists them, if jobs of this task were enqueued, whatever became of them. */
export function assertNotEnqueued<Run extends TaskFunction>(
  engine: AnyTestEngine,
  task: Run,
  args?: Readonly<TaskArgs<Run>>,
  fields?: JobFields,
): void
export function assertNotEnqueued<Tasks extends TaskFunctions<Tasks>, Name extends keyof Tasks & string>(
  engine: TestEngine<Tasks>,
  task: Name,
  args?: Readonly<TaskArgs<Tasks[Name]>>,
  fields?: JobFields,
): void
export function assertNotEnqueued(
  engine: AnyTestEngine,
  task: string | TaskFunction,
  args?: readonly unknown[],
  fields: JobFields = {},
): void {
  const { found, message } = findJobs(engine, task, args, fields, 'assertNotEnqueued()')
  if (found.length > 0) throw new AssertionError({ message: message(false), stackStartFn: assertNotEnqueued })
}
