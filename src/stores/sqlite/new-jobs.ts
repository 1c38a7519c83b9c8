import { atOnce, type Statements } from './statements.js'

/** What `insertJob` takes after the id. */
export type NewRow = readonly [
  task: string,
  queue: string,
  state: string,
  priority: number,
  args: string,
  uniqueKey: string | null,
  createdAt: number,
  dueAt: number,
  expiresAt: number | null,
  maxRetries: number,
  backoff: string | null,
  timeoutMs: number | null,
  reservedFor: number | null,
]

/** The values of a row, with its id. */
const width = 14

/**
 * The new jobs of one transaction. They are written many at a time, which costs two thirds of one by one: at its end, or
 * when something else in it has to see them.
 */
export class NewJobs {
  readonly #statements: Statements
  /** Row after row, as the statements take them: to join arrays takes as long as to insert them. */
  #values: (string | number | null)[] = []
  #highest: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#values = []
    this.#highest = null
  }

  /** Answers the new job's number: the next one, and never that of a job that was removed. */
  add(row: NewRow): number {
    this.#highest ??= (this.#statements.highestJob.get() as { readonly job: number }).job
    const id = ++this.#highest
    this.#values.push(id, ...row)
    return id
  }

  write(): void {
    const values = this.#values
    if (values.length === 0) return
    this.#values = []
    const { insertJobs, insertJob } = this.#statements
    const many = atOnce * width
    let written = 0
    for (; values.length - written >= many; written += many) insertJobs.run(values.slice(written, written + many))
    for (; written < values.length; written += width) insertJob.run(values.slice(written, written + width))
  }
}
