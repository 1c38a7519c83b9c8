/** A map of the newest values. It forgets the oldest ones beyond a count and a total length. */
export class RecentValues<K, V> {
  readonly #maxCount: number
  readonly #maxLength: number
  // Two maps: a single one gets slow when its oldest entry is deleted again and again.
  #newer = new Map<K, V>()
  #older: ReadonlyMap<K, V> = new Map()
  #newerLength = 0

  constructor(maxCount: number, maxLength: number) {
    this.#maxCount = maxCount
    this.#maxLength = maxLength
  }

  get(key: K): V | undefined {
    return this.#newer.get(key) ?? this.#older.get(key)
  }

  set(key: K, value: V, length: number): void {
    if (this.#newer.size >= this.#maxCount / 2 || this.#newerLength + length > this.#maxLength / 2) {
      this.#older = this.#newer
      this.#newer = new Map()
      this.#newerLength = 0
    }
    this.#newer.set(key, value)
    this.#newerLength += length
  }
}
