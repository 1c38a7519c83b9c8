import { ManyRows } from './many-rows.js'
import type { Statements } from './statements.js'

/** What is written of a job, once. */
export interface NewRow {
  readonly kind: number
  readonly queue: number
  readonly priority: number
  readonly createdAt: number
  readonly args: string
  /** What most jobs have nothing of; null: nothing at all. */
  readonly rare:
    | readonly [
        dueAt: number | null,
        expiresAt: number | null,
        uniqueKey: string | null,
        reservedFor: number | null,
        lostWithWorker: 0 | 1,
        schedule: string | null,
        slot: number | null,
        trace: string | null,
      ]
    | null
  /** Whether any worker may take it now. */
  readonly isReady: boolean
}

/** The new jobs of one transaction: written at its end, or when something else in it has to see them. */
export class NewJobs {
  readonly #statements: Statements
  readonly #plain = new ManyRows(6)
  readonly #jobs = new ManyRows(14)
  /** The first and the last of jobs in a row that are ready. */
  #ready: [first: number, last: number][] = []
  #highest: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#plain.forget()
    this.#jobs.forget()
    this.#ready = []
    this.#highest = null
  }

  /** Answers the new job's number: the next one, and never that of a job that was removed. */
  add(job: NewRow): number {
    this.#highest ??= (this.#statements.highestJob.get() as { readonly job: number }).job
    const id = ++this.#highest
    if (job.rare === null) this.#plain.values.push(id, job.kind, job.queue, job.priority, job.createdAt, job.args)
    else this.#jobs.values.push(id, job.kind, job.queue, job.priority, job.createdAt, job.args, ...job.rare)
    if (job.isReady) this.#addReady(id)
    return id
  }

  #addReady(id: number): void {
    const last = this.#ready.at(-1)
    if (last !== undefined && last[1] === id - 1) last[1] = id
    else this.#ready.push([id, id])
  }

  write(): void {
    const { insertPlainJobs, insertPlainJob, insertJobs, insertJob, readyNew } = this.#statements
    this.#plain.write(insertPlainJobs, insertPlainJob)
    this.#jobs.write(insertJobs, insertJob)
    if (this.#ready.length === 0) return
    // Out of the rows themselves: half as much as to hand the values over once more.
    for (const range of this.#ready) readyNew.run(range)
    this.#ready = []
  }
}
