import type { Statements } from './statements.js'

/**
 * The numbers of new jobs: read once and written once in a transaction, however many jobs it stores. The last one is kept
 * apart from the jobs, so that the number of a job that was removed is not given again.
 */
export class JobIds {
  readonly #statements: Statements
  #last: number | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: whatever was known comes from another one, or from one that was rolled back. */
  begin(): void {
    this.#last = null
  }

  next(): number {
    this.#last ??= (this.#statements.lastJob.get() as { readonly id: number }).id
    return ++this.#last
  }

  /** The transaction is about to be committed. */
  end(): void {
    if (this.#last !== null) this.#statements.keepLastJob.run(this.#last)
  }
}
