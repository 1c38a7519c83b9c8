import type { Statement } from './prepare.js'

/** How many rows the statements take that are made for many: it costs two thirds of one by one, and more gain nothing. */
export const atOnce = 25

export type Value = string | number | null

/** `INSERT INTO table (columns)` of so many rows; `values` are those of one, with `?` for what changes. */
export function insertText(into: string, values: string, rows: number): string {
  return `INSERT INTO ${into} VALUES ${listOf(rows, `(${values})`)}`
}

export function listOf(times: number, what: string): string {
  return Array(times).fill(what).join(', ')
}

/** Rows of one table, to be written many at a time. */
export class ManyRows {
  readonly #width: number
  #values: Value[] = []

  /** `width` is how many values a row has. */
  constructor(width: number) {
    this.#width = width
  }

  /**
   * To push the next row to, value by value, as the statements take them: to make an array of each row and join them takes
   * as long as to insert them.
   */
  get values(): Value[] {
    return this.#values
  }

  forget(): void {
    this.#values = []
  }

  /** Writes them by a statement for `atOnce` of them, and one for a single row. */
  write(many: Statement, one: Statement): void {
    const values = this.#values
    if (values.length === 0) return
    this.#values = []
    const width = atOnce * this.#width
    let written = 0
    for (; values.length - written >= width; written += width) many.run(values.slice(written, written + width))
    for (; written < values.length; written += this.#width) one.run(values.slice(written, written + this.#width))
  }
}
