/** A map that forgets: it keeps the `least` newest entries, and at most as many again. */
export class Recent<K, V> {
  readonly #least: number
  // Two maps, since one from which the oldest is taken each time grows slow with what was deleted.
  #newer = new Map<K, V>()
  #older: ReadonlyMap<K, V> = new Map()

  constructor(least: number) {
    this.#least = least
  }

  get(key: K): V | undefined {
    return this.#newer.get(key) ?? this.#older.get(key)
  }

  set(key: K, value: V): void {
    if (this.#newer.size >= this.#least) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(key, value)
  }
}
