import type { JobId } from '../../domain/job.js'

const maxLine = 64 * 1024
const maxOpenLines = 1_000

// A lone CR ends a line of progress. One at the end may be the first half of a line end.
const lineEnd = /\r\n|\n|\r(?!$)/

/** Puts the pieces of each job's output together into whole lines. */
export class LineBuffer {
  readonly #rests = new Map<JobId | null, string>()
  readonly #write: (id: JobId | null, line: string) => void

  constructor(write: (id: JobId | null, line: string) => void) {
    this.#write = write
  }

  add(id: JobId | null, text: string): void {
    const lines = ((this.#rests.get(id) ?? '') + text).split(lineEnd)
    const rest = lines.pop() ?? ''
    for (const line of lines) this.#write(id, line)
    // A text this long without a line end becomes a line.
    if (rest.length > maxLine) this.#write(id, rest)
    this.#rests.delete(id)
    if (rest === '' || rest.length > maxLine) return
    this.#rests.set(id, rest)
    // A job that has ended may still write, and never end its line.
    const [oldest] = this.#rests.keys()
    if (this.#rests.size > maxOpenLines && oldest !== undefined) this.flush(oldest)
  }

  flush(id: JobId | null): void {
    const rest = this.#rests.get(id)
    if (rest) this.#write(id, rest.replace(/\r$/, ''))
    this.#rests.delete(id)
  }
}
