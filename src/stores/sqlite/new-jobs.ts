import { ManyRows } from './many-rows.js'
import type { Statements } from './statements.js'

/** What is written of a job once, in the order of the columns. */
export type NewRow = readonly [
  kind: number,
  queue: number,
  priority: number,
  createdAt: number,
  args: string,
  dueAt: number | null,
  expiresAt: number | null,
  uniqueKey: string | null,
  reservedFor: number | null,
  lostWithWorker: 0 | 1,
  schedule: string | null,
  slot: number | null,
]

/** The new jobs of one transaction: written at its end, or when something else in it has to see them. */
export class NewJobs {
  readonly #statements: Statements
  readonly #jobs = new ManyRows(13)
  readonly #ready = new ManyRows(6)
  #highest: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#jobs.forget()
    this.#ready.forget()
    this.#highest = null
  }

  /** Answers the new job's number: the next one, and never that of a job that was removed. */
  add(row: NewRow): number {
    this.#highest ??= (this.#statements.highestJob.get() as { readonly job: number }).job
    const job = ++this.#highest
    this.#jobs.add(job, ...row)
    return job
  }

  /** The job waits to be taken by anybody. */
  addReady(job: number, queue: number, task: number, rank: number, since: number): void {
    this.#ready.add(queue, task, rank, job, 0, since)
  }

  write(): void {
    const { insertJobs, insertJob, insertReady, insertReadyOne } = this.#statements
    this.#jobs.write(insertJobs, insertJob)
    this.#ready.write(insertReady, insertReadyOne)
  }
}
