import type { EpochMs, JobId, OutputLine } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { explanationOf } from '../jobs/explain-job.js'
import { wholeJob } from '../jobs/find-job.js'
import type { JobLog, MonitorData } from './monitor-data.js'

const page = 1_000
const pagesALook = 5
const keptLines = 2_000

/** Reads the job at the cursor, and its output from where the look before ended. */
export class JobDetailReader {
  readonly #store: Store
  readonly #redact: readonly string[]
  #log: { readonly id: JobId; readonly attempt: number; lines: OutputLine[]; total: number } | null = null

  constructor(store: Store, redact: readonly string[]) {
    this.#store = store
    this.#redact = redact
  }

  async read(id: JobId, wantsLog: boolean, now: EpochMs): Promise<MonitorData['job']> {
    const job = await this.#store.job(id)
    if (job === null) return null
    const attempts = await this.#store.attempts(id)
    const [whole, explanation] = await Promise.all([
      wholeJob(this.#store, job, this.#redact),
      explanationOf(this.#store, job, attempts, this.#redact, now),
    ])
    const last = attempts.at(-1)?.attempt
    const log = last === undefined || !wantsLog ? null : await this.#readLog(id, last)
    return { job: { ...whole, explanation }, log }
  }

  async #readLog(id: JobId, attempt: number): Promise<JobLog> {
    const isSame = this.#log !== null && this.#log.id === id && this.#log.attempt === attempt
    const log = isSame && this.#log !== null ? this.#log : { id, attempt, lines: [], total: 0 }
    this.#log = log
    for (let pages = 0; pages < pagesALook; pages++) {
      const after = log.lines.at(-1)?.line ?? 0
      const lines = await this.#store.output(id, attempt, { after, limit: page })
      log.lines = [...log.lines, ...lines].slice(-keptLines)
      log.total = log.lines.at(-1)?.line ?? 0
      if (lines.length < page) break
    }
    return { attempt, lines: log.lines, total: log.total }
  }
}
