import { type PackedEnd, packEnd } from '../packing.js'
import type { AttemptEnd, FromTaskProcess, TaskOutput } from '../protocol.js'

/**
 * What this task process has to say, sent once a turn of the event loop: a thousand jobs that end together cross in one
 * message. Output goes ahead of the ends, so that a job's last line is never later than its end.
 */
export class Outbox {
  #output: TaskOutput[] = []
  #ends: PackedEnd[] = []
  #scheduled = false

  output(output: TaskOutput): void {
    this.#output.push(output)
    this.#schedule()
  }

  end(end: AttemptEnd): void {
    this.#ends.push(packEnd(end))
    this.#schedule()
  }

  /** Sends a message that needs no company. */
  send(message: FromTaskProcess): void {
    this.flush()
    if (process.connected) process.send?.(message)
  }

  flush(): void {
    const output = this.#output
    const ends = this.#ends
    this.#output = []
    this.#ends = []
    if (!process.connected) return
    if (output.length > 0) process.send?.({ type: 'output', output } satisfies FromTaskProcess)
    if (ends.length > 0) process.send?.({ type: 'ends', ends } satisfies FromTaskProcess)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.flush()
    })
  }
}
