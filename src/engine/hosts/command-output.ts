import { clampedFraction } from '../../domain/progress.js'
import { LastWords } from './process-exit.js'

type Stream = 'stdout' | 'stderr'

export interface CommandOutputListener {
  text(stream: Stream, text: string): void
  progress(fraction: number, message: string | null): void
}

// A number as programs print it, also that of 0 of 0.
const progressLine = /^::progress ([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?nan)(?: (.*))?$/i

// Longer than any result that is accepted: of a longer line only the beginning is kept.
const maxLine = 2 * 1024 * 1024
const beginning = 100

const progressPrefix = '::progress '

function mayBecomeProgress(line: string): boolean {
  return line.length < 1_000 && (line.startsWith(progressPrefix) || progressPrefix.startsWith(line))
}

/**
 * What a program prints: lines such as `::progress 0.4 half of it` on stdout are progress, all else is output. Keeps
 * the last line of stdout, which may be the result, and the end of stderr, which may say what went wrong.
 */
export class CommandOutput {
  readonly #listener: CommandOutputListener
  readonly #lastWords = new LastWords()
  /** The unfinished line of stdout, and how much of it was reported. */
  #open = ''
  #reported = 0
  /** The beginning of an unfinished line that is too long to keep. */
  #cut: string | null = null
  #lastLine = ''
  #isLastCut = false
  #fraction = 0

  constructor(listener: CommandOutputListener) {
    this.#listener = listener
  }

  /** The last line of stdout that is not empty. */
  get lastLine(): string {
    return this.#lastLine
  }

  /** Whether `lastLine` is only the beginning of it. */
  get isLastLineCut(): boolean {
    return this.#isLastCut
  }

  get lastErrors(): string | null {
    return this.#lastWords.text
  }

  write(stream: Stream, text: string): void {
    if (stream === 'stderr') {
      this.#lastWords.add(text)
      this.#listener.text(stream, text)
      return
    }
    const lines = (this.#open + text).split('\n')
    this.#open = lines.pop() ?? ''
    // The rest of a line that was partly reported as output is output too.
    const isOutput = (line: string, index: number) => (index === 0 && this.#reported > 0) || !this.#isProgress(line)
    const output = lines.filter(isOutput)
    // A prompt or a bar has no line end: it is shown as it is written, unless it may become a line of progress.
    const open = mayBecomeProgress(this.#open) ? '' : this.#open
    this.#report(output.map((line) => `${line}\n`).join('') + open)
    this.#reported = open.length
    if (lines.length > 0) this.#keepLast(output)
    if (this.#open.length > maxLine) {
      this.#cut ??= this.#open.slice(0, beginning)
      this.#open = ''
      this.#reported = 0
    }
  }

  /** The output has ended: its last line may have no line end. */
  end(): void {
    const rest = this.#open
    this.#open = ''
    if (this.#reported === 0 && this.#isProgress(rest)) return
    this.#report(rest)
    this.#reported = 0
    this.#keepLast([rest])
  }

  #report(text: string): void {
    const fresh = text.slice(this.#reported)
    if (fresh !== '') this.#listener.text('stdout', fresh)
  }

  #keepLast(lines: readonly string[]): void {
    const whole = this.#cut === null ? lines : lines.slice(1)
    const last = whole.findLast((line) => line.trim() !== '')
    if (last === undefined && this.#cut === null) return
    this.#lastLine = last ?? this.#cut ?? ''
    this.#isLastCut = last === undefined
    this.#cut = null
  }

  #isProgress(line: string): boolean {
    const [whole, fraction, message] = progressLine.exec(line.trimEnd()) ?? []
    if (whole === undefined) return false
    this.#fraction = clampedFraction(Number(fraction), this.#fraction)
    this.#listener.progress(this.#fraction, message ?? null)
    return true
  }
}
