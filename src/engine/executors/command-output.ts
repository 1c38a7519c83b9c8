import { LastWords } from './death.js'

type Stream = 'stdout' | 'stderr'

export interface CommandOutputListener {
  text(stream: Stream, text: string): void
  progress(fraction: number, message: string | null): void
}

const progressLine = /^::progress (0|1|0?\.\d+|0\.\d+|1\.0+)(?: (.*))?$/

// Longer than any result that is accepted: what has no end is passed on in pieces.
const longestLine = 2 * 1024 * 1024

/**
 * What a program prints: lines such as `::progress 0.4 half of it` on stdout are progress, all else is output. Keeps the
 * last line of stdout, which may be the result, and the end of stderr, which may say what went wrong.
 */
export class CommandOutput {
  readonly #listener: CommandOutputListener
  readonly #lastWords = new LastWords()
  #rest = ''
  #lastLine = ''
  /** Of the line that is being written, what was passed on before its end. */
  #passedOn: string | null = null
  #isLastLineCut = false

  constructor(listener: CommandOutputListener) {
    this.#listener = listener
  }

  /** The last line of stdout that is not empty. */
  get lastLine(): string {
    return this.#lastLine
  }

  /** Whether the last line was too long to be kept: `lastLine` is the beginning of it. */
  get isLastLineCut(): boolean {
    return this.#isLastLineCut
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
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    const output = lines.filter((line) => !this.#isProgress(line))
    if (output.length > 0) this.#listener.text(stream, `${output.join('\n')}\n`)
    this.#keepLast(output)
    if (this.#rest.length > longestLine) this.#passOn()
  }

  /** A line without end is shown in pieces, and is no result. */
  #passOn(): void {
    this.#listener.text('stdout', this.#rest)
    this.#passedOn ??= this.#rest.slice(0, 100)
    this.#rest = ''
  }

  /** There is no more: what has no line end is a line too. */
  end(): void {
    const rest = this.#rest
    this.#rest = ''
    if (rest !== '' && this.#passedOn === null && this.#isProgress(rest)) return
    if (rest !== '') this.#listener.text('stdout', rest)
    if (rest !== '' || this.#passedOn !== null) this.#keepLast([rest])
  }

  #keepLast(lines: readonly string[]): void {
    const [first] = lines
    if (this.#passedOn !== null && first !== undefined) {
      this.#lastLine = this.#passedOn
      this.#isLastLineCut = true
      this.#passedOn = null
      this.#keepLast(lines.slice(1))
      return
    }
    const last = lines.findLast((line) => line.trim() !== '')
    if (last === undefined) return
    this.#lastLine = last
    this.#isLastLineCut = false
  }

  #isProgress(line: string): boolean {
    const [whole, fraction, message] = progressLine.exec(line.trimEnd()) ?? []
    if (whole === undefined) return false
    this.#listener.progress(Number(fraction), message ?? null)
    return true
  }
}
