import {
  type Attempt,
  type EpochMs,
  idNumber,
  type Job,
  type JobId,
  type JobState,
  type OutputLine,
  type Progress,
  type WorkerId,
} from '../../domain/job.js'
import type { JobEnd } from '../../domain/schedule/schedule.js'
import { canMove } from '../../domain/transitions.js'

/** A job with what the store keeps beside it. */
export interface JobRow {
  readonly number: number
  job: Job
  /** All attempts that started, in order. While the job runs, the last one is running. */
  attempts: readonly Attempt[]
  progress: Progress | null
  /** The failures that it is counted with; null if it has not failed. */
  failure: FailureRow | null
  /** How it ended; null while it has not. */
  end: JobEnd | null
  /** The output of each attempt. */
  readonly output: Map<number, readonly OutputLine[]>
}

/** Failed jobs of one task with the same error. */
export interface FailureRow {
  readonly task: string
  readonly error: string
  readonly firstAt: EpochMs
  lastAt: EpochMs
  sample: JobId
  readonly minutes: Map<number, number>
}

/**
 * The jobs by number and by state. Every change of a job goes through this class, which refuses illegal transitions.
 */
export class JobTable {
  readonly #rows = new Map<number, JobRow>()
  #count = 0
  readonly #byState = new Map<JobState, Set<JobRow>>()

  add(job: Omit<Job, 'id'>): JobRow {
    const number = ++this.#count
    const row: JobRow = {
      number,
      job: { ...job, id: `j${number}` },
      attempts: [],
      progress: null,
      failure: null,
      end: null,
      output: new Map(),
    }
    this.#rows.set(number, row)
    this.#in(job.state).add(row)
    return row
  }

  change(row: JobRow, changes: Partial<Job> & { readonly state: JobState }): void {
    if (!canMove(row.job.state, changes.state)) {
      throw new Error(`${row.job.id} cannot go from ${row.job.state} to ${changes.state}`)
    }
    this.#in(row.job.state).delete(row)
    row.job = { ...row.job, ...changes }
    this.#in(changes.state).add(row)
  }

  /** Changes properties other than the state. */
  amend(row: JobRow, changes: Partial<Pick<Job, 'reservedFor' | 'cancelRequested' | 'schedule'>>): void {
    row.job = { ...row.job, ...changes }
  }

  find(id: JobId): JobRow | null {
    return this.#rows.get(idNumber(id, 'j') ?? 0) ?? null
  }

  remove(row: JobRow): void {
    this.#rows.delete(row.number)
    this.#in(row.job.state).delete(row)
  }

  all(): readonly JobRow[] {
    return [...this.#rows.values()]
  }

  inState(...states: readonly JobState[]): readonly JobRow[] {
    return states.flatMap((state) => [...this.#in(state)])
  }

  runBy(worker: WorkerId): readonly JobRow[] {
    return this.inState('running')
      .filter((row) => row.job.worker === worker)
      .sort(byArrival)
  }

  #in(state: JobState): Set<JobRow> {
    const known = this.#byState.get(state)
    if (known !== undefined) return known
    const rows = new Set<JobRow>()
    this.#byState.set(state, rows)
    return rows
  }
}

export function byArrival(a: JobRow, b: JobRow): number {
  return a.number - b.number
}

export function byPriority(a: JobRow, b: JobRow): number {
  return b.job.priority - a.job.priority || byArrival(a, b)
}
