import type { EpochMs, OutputLine, Progress, Usage } from '../domain/job.js'
import type { Addition } from '../stores/store.js'

/** What is kept of one attempt's output: so much from its beginning, and as much from its end. */
export const maxOutputBytes = 1024 * 1024
const half = maxOutputBytes / 2
// What has no line end for so long is a line all the same.
const longestLine = 64 * 1024

/** One attempt's output and progress on their way to the store. */
export class AttemptLog {
  /** Hides the job's secrets. */
  readonly mask: (text: string) => string
  readonly #rests = new Map<OutputLine['stream'], string>()
  #waiting: OutputLine[] = []
  #forget: { first: number; last: number } | null = null
  #progress: Progress | null = null
  #usage: Usage | null = null
  #last = 0
  #headBytes = 0
  #headLast = 0
  /** The lines behind the head that are kept so far, stored or not; the first of them is at `#tailStart`. */
  #tail: { readonly line: number; readonly bytes: number }[] = []
  #tailStart = 0
  #tailBytes = 0

  constructor(mask: (text: string) => string) {
    this.mask = mask
  }

  write(stream: OutputLine['stream'], text: string, at: EpochMs): void {
    const lines = ((this.#rests.get(stream) ?? '') + text).split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) this.#addLong(stream, line, at)
    if (rest.length > longestLine) this.#addLong(stream, rest, at)
    this.#rests.set(stream, rest.length > longestLine ? '' : rest)
  }

  progress(progress: Progress): void {
    this.#progress = progress
  }

  usage(usage: Usage): void {
    this.#usage = usage
  }

  /** The attempt has ended: what it printed last may have no line end. */
  end(at: EpochMs): void {
    for (const [stream, rest] of this.#rests) if (rest !== '') this.#addLong(stream, rest, at)
    this.#rests.clear()
  }

  /** What was added since the last time; null for nothing. */
  take(): Omit<Addition, 'lease'> | null {
    const taken = { output: this.#waiting, forget: this.#forget, progress: this.#progress, usage: this.#usage }
    this.#waiting = []
    this.#forget = null
    this.#progress = null
    this.#usage = null
    const isEmpty =
      taken.output.length === 0 && taken.forget === null && taken.progress === null && taken.usage === null
    return isEmpty ? null : taken
  }

  #addLong(stream: OutputLine['stream'], text: string, at: EpochMs): void {
    const whole = this.mask(text.endsWith('\r') ? text.slice(0, -1) : text)
    for (let start = 0; start === 0 || start < whole.length; start += longestLine) {
      this.#add({ line: ++this.#last, at, stream, text: whole.slice(start, start + longestLine) })
    }
  }

  #add(line: OutputLine): void {
    const bytes = Buffer.byteLength(line.text) + 1
    this.#waiting.push(line)
    if (this.#tail.length === 0 && this.#headBytes + bytes <= half) {
      this.#headBytes += bytes
      this.#headLast = line.line
      return
    }
    this.#tail.push({ line: line.line, bytes })
    this.#tailBytes += bytes
    if (this.#tailBytes > half) this.#cut()
  }

  /** Lets the oldest lines behind the head go. */
  #cut(): void {
    let last = 0
    while (this.#tailBytes > half) {
      const oldest = this.#tail[this.#tailStart++]
      if (oldest === undefined) break
      this.#tailBytes -= oldest.bytes
      last = oldest.line
    }
    if (this.#tailStart > this.#tail.length / 2) {
      this.#tail = this.#tail.slice(this.#tailStart)
      this.#tailStart = 0
    }
    const first = this.#headLast + 1
    this.#forget = { first, last }
    // What was not stored yet never will be.
    const firstKept = this.#waiting.findIndex(({ line }) => line > last)
    const head = this.#waiting.filter(({ line }) => line < first)
    this.#waiting = firstKept < 0 ? head : [...head, ...this.#waiting.slice(firstKept)]
  }
}
