import { atOnce, type Statements } from './statements.js'

/** What `insertJob` takes after the id. */
export type NewRow = readonly (string | number | null)[]

/**
 * The new jobs of one transaction. They are written many at a time, which costs two thirds of one by one: at its end, or
 * when something else in it has to see them.
 */
export class NewJobs {
  readonly #statements: Statements
  #rows: NewRow[] = []
  #highest: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#rows = []
    this.#highest = null
  }

  /** Answers the new job's number: the next one, and never that of a job that was removed. */
  add(row: NewRow): number {
    this.#highest ??= (this.#statements.highestJob.get() as { readonly job: number }).job
    const id = ++this.#highest
    this.#rows.push([id, ...row])
    return id
  }

  write(): void {
    const rows = this.#rows
    if (rows.length === 0) return
    this.#rows = []
    let written = 0
    for (; rows.length - written >= atOnce; written += atOnce) {
      this.#statements.insertJobs.run(rows.slice(written, written + atOnce).flat())
    }
    for (const row of rows.slice(written)) this.#statements.insertJob.run(row)
  }
}
