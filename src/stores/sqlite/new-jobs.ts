import { atOnce, type Statements } from './statements.js'

/** What every job has, in the order of the columns of `insertPlainJob` after the id. */
export type PlainInsert = readonly [
  task: string,
  queue: string,
  state: string,
  priority: number,
  args: string,
  createdAt: number,
  dueAt: number,
  maxRetries: number,
  timeoutMs: number | null,
]

/** What few jobs have, in the order of the columns that `insertJob` has beside those. */
export type RareInsert = readonly [
  uniqueKey: string | null,
  expiresAt: number | null,
  backoff: string | null,
  reservedFor: number | null,
]

/** The values of a row, with its id. */
const plainWidth = 10
const wholeWidth = 14

/**
 * The new jobs of one transaction. They are written many at a time, which costs two thirds of one by one: at its end, or
 * when something else in it has to see them. What few jobs have is bound for those alone.
 */
export class NewJobs {
  readonly #statements: Statements
  readonly #plain: Rows
  readonly #whole: Rows
  #highest: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
    this.#plain = new Rows(statements, plainWidth, 'insertPlainJobs', 'insertPlainJob')
    this.#whole = new Rows(statements, wholeWidth, 'insertJobs', 'insertJob')
  }

  /** A transaction begins: what was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#plain.forget()
    this.#whole.forget()
    this.#highest = null
  }

  /**
   * Answers the new job's number: the next one, and never that of a job that was removed. `rare`: null if it has none
   * of that.
   */
  add(plain: PlainInsert, rare: RareInsert | null): number {
    this.#highest ??= (this.#statements.highestJob.get() as { readonly job: number }).job
    const id = ++this.#highest
    if (rare === null) this.#plain.add(id, plain)
    else this.#whole.add(id, plain, rare)
    return id
  }

  write(): void {
    this.#plain.write()
    this.#whole.write()
  }
}

/** Rows of one width, one after the other, as the statements take them: to join arrays takes as long as to insert them. */
class Rows {
  readonly #statements: Statements
  readonly #width: number
  readonly #many: keyof Statements
  readonly #one: keyof Statements
  #values: (string | number | null)[] = []

  constructor(statements: Statements, width: number, many: keyof Statements, one: keyof Statements) {
    this.#statements = statements
    this.#width = width
    this.#many = many
    this.#one = one
  }

  forget(): void {
    this.#values = []
  }

  add(id: number, plain: PlainInsert, rare: RareInsert | readonly [] = []): void {
    this.#values.push(id, ...plain, ...rare)
  }

  write(): void {
    const values = this.#values
    if (values.length === 0) return
    this.#values = []
    const many = atOnce * this.#width
    let written = 0
    for (; values.length - written >= many; written += many) this.#run(this.#many, values, written, many)
    for (; written < values.length; written += this.#width) this.#run(this.#one, values, written, this.#width)
  }

  #run(statement: keyof Statements, values: (string | number | null)[], first: number, count: number): void {
    this.#statements[statement].run(values.length === count ? values : values.slice(first, first + count))
  }
}
