import type { Statements } from './statements.js'

/** The numbers of new jobs: looked up once in a transaction, and never that of a job that was removed. */
export class JobIds {
  readonly #statements: Statements
  #highest: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#highest = null
  }

  next(): number {
    this.#highest ??= (this.#statements.highestJob.get() as { readonly job: number }).job
    return ++this.#highest
  }
}
