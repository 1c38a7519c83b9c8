import type { EpochMs, OutputLine, Progress, Usage } from '../../domain/job.js'
import { LineSplitter } from '../../domain/line-splitter.js'
import type { Addition } from '../../stores/store.js'

/** The most output of one attempt that is stored: if there is more, about half of it from the beginning, the rest from the end. */
export const maxOutputBytes = 1024 * 1024
const half = maxOutputBytes / 2
// Each line is a row, and endless empty lines must not hold up the store: a megabyte of lines of six characters fits.
const maxLines = 75_000
// Text of this length counts as a line, even without a line end.
const maxLine = maxOutputBytes - 1
const pieceLength = 64 * 1024

/** Buffers the output, progress and usage of one attempt until they are stored. */
export class AttemptLog {
  readonly #mask: ((text: string) => string) | null
  readonly #streams = new Map<OutputLine['stream'], LineSplitter>()
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
    const splitter = this.#streams.get(stream) ?? new LineSplitter(maxLine)
    this.#streams.set(stream, splitter)
    const lines = splitter.add(text)
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
    const rests = [...this.#streams]
      .map(([stream, splitter]) => [stream, splitter.end()] as const)
      .filter(([, rest]) => rest !== '')
    this.#streams.clear()
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
    const whole = this.masked(text)
    // Of a line that is too long for what is left its beginning and its end are kept.
    const fits = Buffer.byteLength(whole) + 1 <= maxOutputBytes - this.#headBytes
    const size = fits ? maxLine : pieceLength
    for (let start = 0; start === 0 || start < whole.length; start += size) {
      this.#add({ line: ++this.#last, at, stream, text: whole.slice(start, start + size) })
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
    const room = maxOutputBytes - this.#headBytes
    while (this.#tailBytes > room || this.#tail.length - this.#tailStart > maxLines) {
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
