import type { EpochMs, OutputLine, Progress, Usage } from '../../domain/job.js'
import type { Addition } from '../../stores/store.js'

/** The stored output of one attempt: its beginning and its end, each up to a limit. */
export const maxOutputBytes = 1024 * 1024
const half = maxOutputBytes / 2
// A row costs more than a short line has characters.
const maxLines = 10_000
// Text of this length counts as a line, even without a line end.
const maxLine = 64 * 1024

/** Buffers the output, progress and usage of one attempt until they are stored. */
export class AttemptLog {
  readonly #mask: ((text: string) => string) | null
  readonly #rests = new Map<OutputLine['stream'], string>()
  #waiting: OutputLine[] = []
  #progress: Progress | null = null
  #usage: Usage | null = null
  #last = 0
  #headBytes = 0
  #headLast = 0
  /** The lines after the head, stored or not. The first one is at `#tailStart`. */
  #tail: { readonly line: number; readonly bytes: number }[] = []
  #tailStart = 0
  #tailBytes = 0
  /** The last line that was cut, and the last cut that was reported; 0 for none. */
  #cutTo = 0
  #reportedCutTo = 0

  /** `mask` hides the job's secrets; null: it has none. */
  constructor(mask: ((text: string) => string) | null) {
    this.#mask = mask
  }

  /**
   * Returns the text that may be shown now. For a job with secrets that is whole lines only: a secret may arrive in
   * pieces.
   */
  write(stream: OutputLine['stream'], text: string, at: EpochMs): string {
    const lines = ((this.#rests.get(stream) ?? '') + text).split('\n')
    const rest = lines.pop() ?? ''
    if (rest.length > maxLine) lines.push(rest)
    this.#rests.set(stream, rest.length > maxLine ? '' : rest)
    for (const line of lines) this.#addLong(stream, line, at)
    return this.#mask === null ? text : lines.map((line) => `${this.masked(line)}\n`).join('')
  }

  masked(text: string): string {
    return this.#mask?.(text) ?? text
  }

  progress(progress: Progress): void {
    this.#progress = progress
  }

  usage(usage: Usage): void {
    this.#usage = usage
  }

  /** The attempt has ended: its last line may have no line end. Returns the output that was not shown yet. */
  end(at: EpochMs): readonly { readonly stream: OutputLine['stream']; readonly text: string }[] {
    const rests = [...this.#rests].filter(([, rest]) => rest !== '')
    this.#rests.clear()
    for (const [stream, rest] of rests) this.#addLong(stream, rest, at)
    return this.#mask === null ? [] : rests.map(([stream, rest]) => ({ stream, text: this.masked(rest) }))
  }

  /** The output since the last call; null if there is none. */
  take(): Omit<Addition, 'lease'> | null {
    this.#dropCut()
    const isCut = this.#cutTo > this.#reportedCutTo
    const forget = isCut ? { first: this.#headLast + 1, last: this.#cutTo } : null
    this.#reportedCutTo = this.#cutTo
    const taken = { output: this.#waiting, forget, progress: this.#progress, usage: this.#usage }
    this.#waiting = []
    this.#progress = null
    this.#usage = null
    const isEmpty =
      taken.output.length === 0 && taken.forget === null && taken.progress === null && taken.usage === null
    return isEmpty ? null : taken
  }

  #addLong(stream: OutputLine['stream'], text: string, at: EpochMs): void {
    const whole = this.masked(text.endsWith('\r') ? text.slice(0, -1) : text)
    for (let start = 0; start === 0 || start < whole.length; start += maxLine) {
      this.#add({ line: ++this.#last, at, stream, text: whole.slice(start, start + maxLine) })
    }
  }

  #add(line: OutputLine): void {
    const bytes = Buffer.byteLength(line.text) + 1
    this.#waiting.push(line)
    if (this.#tail.length === 0 && this.#headBytes + bytes <= half && line.line <= maxLines) {
      this.#headBytes += bytes
      this.#headLast = line.line
      return
    }
    this.#tail.push({ line: line.line, bytes })
    this.#tailBytes += bytes
    this.#cut()
  }

  /** Drops the oldest lines after the head. */
  #cut(): void {
    while (this.#tailBytes > half || this.#tail.length - this.#tailStart > maxLines) {
      const oldest = this.#tail[this.#tailStart++]
      if (oldest === undefined) break
      this.#tailBytes -= oldest.bytes
      this.#cutTo = oldest.line
    }
    if (this.#tailStart < 1_000 || this.#tailStart < this.#tail.length / 2) return
    this.#tail = this.#tail.slice(this.#tailStart)
    this.#tailStart = 0
    this.#dropCut()
  }

  /** Lines that were cut before they were stored are never stored. */
  #dropCut(): void {
    if (this.#cutTo === 0) return
    this.#waiting = this.#waiting.filter(({ line }) => line <= this.#headLast || line > this.#cutTo)
  }
}
