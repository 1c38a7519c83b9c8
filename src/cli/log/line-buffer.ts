import type { JobId } from '../../domain/job.js'
import { LineSplitter } from '../../domain/line-splitter.js'

const maxLine = 64 * 1024
const maxOpenLines = 1_000

/** Puts the pieces of each job's output together into whole lines. */
export class LineBuffer {
  readonly #open = new Map<JobId | null, LineSplitter>()
  readonly #write: (id: JobId | null, line: string) => void

  constructor(write: (id: JobId | null, line: string) => void) {
    this.#write = write
  }

  add(id: JobId | null, text: string): void {
    const splitter = this.#open.get(id) ?? new LineSplitter(maxLine)
    for (const line of splitter.add(text)) this.#write(id, line)
    this.#open.delete(id)
    if (splitter.isEmpty) return
    this.#open.set(id, splitter)
    // A job that has ended may still write, and never end its line.
    const [oldest] = this.#open.keys()
    if (this.#open.size > maxOpenLines && oldest !== undefined) this.flush(oldest)
  }

  flush(id: JobId | null): void {
    const rest = this.#open.get(id)?.end() ?? ''
    if (rest !== '') this.#write(id, rest)
    this.#open.delete(id)
  }
}
