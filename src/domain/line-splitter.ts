// A lone CR ends a line of progress.
const lineEnd = /\r\n|\n|\r/

/** Makes lines of a text that comes in pieces. LF, CRLF and a lone CR end one. */
export class LineSplitter {
  readonly #maxLength: number
  #open = ''
  /** A CR at the end of a piece may be the first half of a line end. */
  #endsInCr = false

  /** So many characters become a line without a line end. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Whether nothing is left of what was added. */
  get isEmpty(): boolean {
    return this.#open === '' && !this.#endsInCr
  }

  /** The lines that end in this piece. */
  add(text: string): readonly string[] {
    if (text === '') return []
    const begun = this.#endsInCr && !text.startsWith('\n') ? '\n' : ''
    this.#endsInCr = text.endsWith('\r')
    const whole = begun + (this.#endsInCr ? text.slice(0, -1) : text)
    // Only what is new is searched: a long line may come in very many pieces.
    const lines = whole.split(lineEnd)
    lines[0] = this.#open + (lines[0] ?? '')
    this.#open = lines.pop() ?? ''
    if (this.#open.length >= this.#maxLength) {
      lines.push(this.#open)
      this.#open = ''
    }
    return lines
  }

  /** The last line, which no line end ended; empty if there is none. */
  end(): string {
    const rest = this.#open
    this.#open = ''
    this.#endsInCr = false
    return rest
  }
}
