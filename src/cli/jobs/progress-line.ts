import { cutToWidth } from '../../views/cut.js'
import { visibleLine } from '../../views/sanitise.js'
import { startLine } from '../guarded-output.js'
import { progressText } from './job-text.js'

const width = 24

/**
 * Shows the progress of a job: on a terminal that can go back as a bar in the last line, elsewhere as a new line each time. Everything
 * else is written through `above`, so that the bar stays the last line.
 */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream
  #shown = ''

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  show(fraction: number, message: string | null): void {
    const text = visibleLine(progressText({ fraction, message }))
    if (!this.#out.isTTY || process.env.TERM === 'dumb') {
      startLine()
      this.#out.write(`${text}\n`)
      return
    }
    const filled = Math.round(fraction * width)
    const whole = `[${'█'.repeat(filled)}${'░'.repeat(width - filled)}] ${text}`
    this.#clear()
    startLine()
    this.#shown = cutToWidth(whole, (this.#out.columns || 80) - 1)
    this.#out.write(this.#shown)
  }

  /** Writes something else. The bar comes back with the next progress, because that text may lack a line end. */
  above(write: () => void): void {
    this.#clear()
    write()
  }

  #clear(): void {
    if (this.#shown !== '') this.#out.write('\r\u001b[K')
    this.#shown = ''
  }
}
