import { relative } from 'node:path'
import type { ModuleFault } from '../../engine/ipc/messages.js'
import type { JobJson } from '../../views/job.js'
import { hasPassed, type SuiteJson, tookMs } from '../../views/suite.js'
import type { TestCase, TestProblem } from './junit.js'

/** The cases of a suite's report: one for each task, and one for each faulty module, by its path in the project. */
export function suiteCases({ items, faults }: SuiteJson, root: string): readonly TestCase[] {
  return [...items.map(caseOfJob), ...faults.map((fault) => caseOfFault(fault, root))]
}

function caseOfJob(job: JobJson): TestCase {
  const dot = job.task.lastIndexOf('.')
  return {
    className: dot < 0 ? job.task : job.task.slice(0, dot),
    name: job.task,
    durationMs: tookMs(job) ?? 0,
    problem: hasPassed(job) ? null : problemOf(job),
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
  const problem = { kind: 'error', type: 'faulty module', message, text: '' } as const
  return { className: 'faulty module', name: relative(root, file), durationMs: 0, problem }
}
