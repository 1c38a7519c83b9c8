/** A socket, or another thing that keeps the process alive unless it is told not to. */
interface Handle {
  ref(): unknown
  unref(): unknown
}

/** Lets a connection keep the process alive while an answer is awaited, and only then: who forgets to close it ends all the same. */
export class KeepAlive {
  readonly #handle: Handle | null
  #awaited = 0

  constructor(handle: Handle | null) {
    this.#handle = handle
    handle?.unref()
  }

  begin(): void {
    if (this.#awaited++ === 0) this.#handle?.ref()
  }

  end(): void {
    if (--this.#awaited === 0) this.#handle?.unref()
  }
}
