import type { TaskOutput } from '../ipc/messages.js'

// Twice the stored output of an attempt: the worker would drop more.
const half = 1024 * 1024

/**
 * The output of one turn of the event loop. An endless loop that prints must not fill the memory: beyond two million
 * characters only the beginning and the end are kept, and a line between them says how much was cut.
 */
export class TurnOutput {
  #head: TaskOutput[] = []
  #headLength = 0
  #tail: TaskOutput[] = []
  #tailStart = 0
  #tailLength = 0
  #leftOut = 0

  add(output: TaskOutput): void {
    const { length } = output.text
    if (this.#tail.length === 0 && this.#headLength + length <= half) {
      this.#head.push(output)
      this.#headLength += length
      return
    }
    this.#tail.push(output)
    this.#tailLength += length
    while (this.#tailLength > half && this.#tail.length - this.#tailStart > 1) {
      const oldest = this.#tail[this.#tailStart++]
      this.#tailLength -= oldest?.text.length ?? 0
      this.#leftOut += oldest?.text.length ?? 0
    }
    if (this.#tailStart > 1_000 && this.#tailStart > this.#tail.length / 2) {
      this.#tail = this.#tail.slice(this.#tailStart)
      this.#tailStart = 0
    }
  }

  take(): readonly TaskOutput[] {
    const head = this.#head
    const tail = this.#tail.slice(this.#tailStart)
    const leftOut = this.#leftOut
    this.#head = []
    this.#headLength = 0
    this.#tail = []
    this.#tailStart = 0
    this.#tailLength = 0
    this.#leftOut = 0
    const [first] = tail
    if (leftOut === 0 || first === undefined) return tail.length === 0 ? head : [...head, ...tail]
    return [...head, { ...first, text: `\n(${leftOut} characters were printed at once, and are cut)\n` }, ...tail]
  }
}
