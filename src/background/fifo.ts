// Below this, what was taken is not worth the copy of the rest.
const fewTaken = 1_024

/** First in, first out, at a constant price: `shift` of a long array moves all of it. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = []
  #taken = 0

  get length(): number {
    return this.#items.length - this.#taken
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  /** Takes the oldest; undefined: there is none. */
  shift(): Item | undefined {
    if (this.#taken === this.#items.length) return undefined
    const item = this.#items[this.#taken]
    this.#items[this.#taken] = undefined // what was taken must not be kept alive
    this.#taken += 1
    if (this.#taken === this.#items.length) this.clear()
    else if (this.#taken >= fewTaken && this.#taken * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#taken)
      this.#taken = 0
    }
    return item
  }

  clear(): void {
    this.#items = []
    this.#taken = 0
  }
}
