import type { Clock } from '../../domain/clock.js'
import type { Entry } from './entry.js'
import type { LineFormat } from './line-formats.js'

// The lines of one turn of the event loop are one write; a busy worker ends a thousand jobs in one.
const maxWaiting = 64 * 1024

/** Writes entries as lines. Those of one turn of the event loop are written together. */
export class LogWriter {
  readonly #format: LineFormat
  readonly #clock: Clock
  readonly #write: (text: string) => void
  #waiting = ''
  #isScheduled = false

  constructor(format: LineFormat, clock: Clock, write: (text: string) => void) {
    this.#format = format
    this.#clock = clock
    this.#write = write
  }

  readonly entry = (entry: Entry): void => {
    this.#waiting += this.#format(entry, this.#clock.now())
    if (this.#waiting.length > maxWaiting) this.flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.flush()
      })
    }
  }

  flush(): void {
    const text = this.#waiting
    this.#waiting = ''
    if (text !== '') this.#write(text)
  }
}
