import type { EpochMs } from '../../domain/job.js'
import type { SuiteJson } from '../../views/suite.js'
import { say } from '../say.js'
import { junitXml } from './junit.js'
import { reportFile } from './report-file.js'
import { suiteCases } from './suite-cases.js'

interface SuiteFacts {
  readonly name: string
  readonly startedAt: EpochMs
  /** The folder of the project: the report names files from here. */
  readonly root: string
}

/** Writes the report of a suite. Returns whether it is written. */
export type SuiteReport = (suite: SuiteJson, facts: SuiteFacts) => boolean

/** The report that `--junit` asks for; null asks for none. Throws UsageError if the file cannot be written. */
export function suiteReport(junit: string | null): SuiteReport {
  if (junit === null) return () => true
  const file = reportFile(junit, '--junit')
  return (suite, { name, startedAt, root }) => {
    const { durationMs } = suite
    try {
      file.write(junitXml({ name, startedAt, durationMs, cases: suiteCases(suite, root) }))
      return true
    } catch (thrown) {
      // How the tasks ended must still be shown.
      say(`--junit: ${junit} could not be written: ${(thrown as Error).message}`)
      return false
    }
  }
}
