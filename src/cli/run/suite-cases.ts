import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Printed } from '../../app/jobs/printed-by.js'
import type { JobId } from '../../domain/job.js'
import type { ModuleFault, TaskInfo } from '../../engine/ipc/messages.js'
import type { JobJson } from '../../views/job.js'
import { hasPassed, type SuiteJson, tookMs } from '../../views/suite.js'
import type { TestCase, TestProblem } from './junit.js'

/** What a report tells of a suite beside how its jobs ended. */
export interface SuiteSources {
  /** The folder of the project: the report names files from here. */
  readonly root: string
  readonly tasks: readonly TaskInfo[]
  readonly printed: ReadonlyMap<JobId, Printed>
}

/** The cases of a suite's report: one for each task, and one for each faulty module, by its path in the project. */
export function suiteCases({ items, faults }: SuiteJson, sources: SuiteSources): readonly TestCase[] {
  return [...items.map((job) => caseOfJob(job, sources)), ...faults.map((fault) => caseOfFault(fault, sources.root))]
}

function caseOfJob(job: JobJson, { root, tasks, printed }: SuiteSources): TestCase {
  const dot = job.task.lastIndexOf('.')
  const file = tasks.find(({ name }) => name === job.task)?.file ?? ''
  const { stdout, stderr } = printed.get(job.id) ?? { stdout: '', stderr: '' }
  return {
    className: dot < 0 ? job.task : job.task.slice(0, dot),
    name: job.task,
    file: file === '' ? null : relative(root, file),
    durationMs: tookMs(job) ?? 0,
    properties: { job: job.id, attempts: String(job.attempts.length) },
    problem: hasPassed(job) ? null : problemOf(job),
    // Colours would be left as garbage.
    stdout: stripVTControlCharacters(stdout),
    stderr: stripVTControlCharacters(stderr),
  }
}

function problemOf({ state, reason, error }: JobJson): TestProblem {
  const type = reason ?? state
  if (error === null) return { kind: 'error', type, message: type, text: '' }
  const text = error.stack ?? `${error.name}: ${error.message}`
  if (reason === 'error') return { kind: 'failure', type: error.name, message: error.message, text }
  // The error of a cancelled job is from an earlier attempt.
  return { kind: 'error', type, message: state === 'cancelled' ? type : error.message, text }
}

function caseOfFault({ file, message }: ModuleFault, root: string): TestCase {
  const name = relative(root, file)
  const problem = { kind: 'error', type: 'faulty module', message, text: '' } as const
  const nothing = { durationMs: 0, properties: {}, stdout: '', stderr: '' }
  return { className: 'faulty module', name, file: name, problem, ...nothing }
}
