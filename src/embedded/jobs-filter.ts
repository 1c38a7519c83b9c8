import { UsageError } from '../domain/errors.js'
import { jobStates } from '../domain/job.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import type { JobFilter } from '../stores/store.js'
import type { JobsFilter } from './engine.js'

const mostJobs = 1_000

/** Checks a filter. Throws UsageError `E_OPTION`. */
export function parseJobsFilter(given: JobsFilter): { readonly filter: JobFilter; readonly limit: number } {
  refuseUnknownOptions(given, ['task', 'queue', 'states', 'limit'], 'jobs()')
  const { task, queue, states, limit = 50 } = given
  for (const [option, value] of Object.entries({ task, queue })) {
    if (value === undefined || typeof value === 'string') continue
    throw new UsageError('E_OPTION', `${option}: ${written(value)} is no name`)
  }
  if (states !== undefined && !(Array.isArray(states) && states.every((state) => jobStates.includes(state)))) {
    throw new UsageError('E_OPTION', `states: it is no list of states`, `a job is ${jobStates.join(', ')}`)
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > mostJobs) {
    throw new UsageError('E_OPTION', `limit: ${written(limit)} is not a whole number from 1 to ${mostJobs}`)
  }
  const chosen = Object.entries({ task, queue, states }).filter(([, value]) => value !== undefined)
  return { filter: Object.fromEntries(chosen), limit }
}
