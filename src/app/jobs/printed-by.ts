import type { JobId } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { AttemptReader } from './read-logs.js'

/** What a job has printed in all its attempts, by stream. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** Of more characters of a stream the last are kept, with a line before them that says so. */
export async function printedBy(store: Store, id: JobId, most: number): Promise<Printed> {
  const texts = { stdout: new LastLines(most), stderr: new LastLines(most) }
  for (const { attempt } of await store.attempts(id)) {
    for await (const entry of new AttemptReader(store, id, attempt).read()) {
      if (entry.kind === 'cut') texts.stdout.add(`(${entry.lines} lines were too many, and are cut)`)
      else texts[entry.line.stream].add(entry.line.text)
    }
  }
  return { stdout: texts.stdout.text(id), stderr: texts.stderr.text(id) }
}

class LastLines {
  readonly #most: number
  #lines: string[] = []
  #first = 0
  #dropped = 0
  #length = 0

  constructor(most: number) {
    this.#most = most
  }

  add(line: string): void {
    this.#lines.push(line)
    this.#length += line.length + 1
    while (this.#length > this.#most && this.#first < this.#lines.length - 1) {
      this.#length -= (this.#lines[this.#first]?.length ?? 0) + 1
      this.#first++
      this.#dropped++
    }
    if (this.#first < 1_000 || this.#first < this.#lines.length / 2) return
    this.#lines = this.#lines.slice(this.#first)
    this.#first = 0
  }

  text(id: JobId): string {
    const kept = this.#lines.slice(this.#first).map((line) => `${line.slice(-this.#most)}\n`)
    const missing = this.#dropped === 0 ? '' : `(${this.#dropped} earlier lines: offstage jobs logs ${id})\n`
    return missing + kept.join('')
  }
}
