import {
  type Attempt,
  idNumber,
  type Job,
  type JobId,
  type JobState,
  type OutputLine,
  type Progress,
  type WorkerId,
} from '../../domain/job.js'
import { canMove } from '../../domain/transitions.js'

/** A job with what the store keeps beside it. */
export interface Entry {
  readonly number: number
  job: Job
  /** All attempts that started, in order. While the job runs, the last one is running. */
  attempts: readonly Attempt[]
  progress: Progress | null
  /** What each attempt has printed. */
  readonly output: Map<number, readonly OutputLine[]>
}

/**
 * The jobs, by number and by state. Every change of a job goes through here, and none that the table forbids passes.
 */
export class JobTable {
  readonly #entries = new Map<number, Entry>()
  #count = 0
  readonly #byState = new Map<JobState, Set<Entry>>()

  add(job: Omit<Job, 'id'>): Entry {
    const number = ++this.#count
    const entry: Entry = { number, job: { ...job, id: `j${number}` }, attempts: [], progress: null, output: new Map() }
    this.#entries.set(number, entry)
    this.#in(job.state).add(entry)
    return entry
  }

  change(entry: Entry, changes: Partial<Job> & { readonly state: JobState }): void {
    if (!canMove(entry.job.state, changes.state)) {
      throw new Error(`${entry.job.id} cannot go from ${entry.job.state} to ${changes.state}`)
    }
    this.#in(entry.job.state).delete(entry)
    entry.job = { ...entry.job, ...changes }
    this.#in(changes.state).add(entry)
  }

  /** Changes properties other than the state. */
  amend(entry: Entry, changes: Partial<Pick<Job, 'reservedFor' | 'cancelWanted' | 'schedule'>>): void {
    entry.job = { ...entry.job, ...changes }
  }

  find(id: JobId): Entry | null {
    return this.#entries.get(idNumber(id, 'j') ?? 0) ?? null
  }

  remove(entry: Entry): void {
    this.#entries.delete(entry.number)
    this.#in(entry.job.state).delete(entry)
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  inState(...states: readonly JobState[]): readonly Entry[] {
    return states.flatMap((state) => [...this.#in(state)])
  }

  runBy(worker: WorkerId): readonly Entry[] {
    return this.inState('running')
      .filter((entry) => entry.job.worker === worker)
      .sort(byArrival)
  }

  #in(state: JobState): Set<Entry> {
    const known = this.#byState.get(state)
    if (known !== undefined) return known
    const entries = new Set<Entry>()
    this.#byState.set(state, entries)
    return entries
  }
}

export function byArrival(a: Entry, b: Entry): number {
  return a.number - b.number
}

export function byPriority(a: Entry, b: Entry): number {
  return b.job.priority - a.job.priority || byArrival(a, b)
}
