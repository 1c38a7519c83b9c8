import { type Printed, printedBy } from '../../app/jobs/printed-by.js'
import type { EpochMs, JobId } from '../../domain/job.js'
import type { TaskInfo } from '../../engine/ipc/messages.js'
import type { Store } from '../../stores/store.js'
import type { SuiteJson } from '../../views/suite.js'
import { say } from '../say.js'
import { junitXml } from './junit.js'
import type { ReportFile } from './report-file.js'
import { suiteCases } from './suite-cases.js'

/** The file that `--junit` names, and how people wrote it. */
export interface JunitFile {
  readonly path: string
  readonly file: ReportFile
}

interface SuiteFacts {
  readonly name: string
  readonly startedAt: EpochMs
  /** The folder of the project: the report names files from here. */
  readonly root: string
  readonly tasks: readonly TaskInfo[]
}

// Services that show reports refuse files of some ten megabytes.
const mostOfStream = 50_000

/** Writes the report of a suite, with what its jobs have printed. Resolves to whether it is written. */
export async function writeReport(
  { path, file }: JunitFile,
  store: Store,
  suite: SuiteJson,
  { name, startedAt, root, tasks }: SuiteFacts,
): Promise<boolean> {
  const { durationMs, items } = suite
  try {
    const printed = new Map<JobId, Printed>()
    for (const { id } of items) printed.set(id, await printedBy(store, id, mostOfStream))
    file.write(junitXml({ name, startedAt, durationMs, cases: suiteCases(suite, { root, tasks, printed }) }))
    return true
  } catch (thrown) {
    // How the tasks ended must still be shown.
    say(`--junit: ${path} could not be written: ${(thrown as Error).message}`)
    return false
  }
}
