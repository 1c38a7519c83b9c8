const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Bytes from outside as text: one BOM at the start is dropped. null if they are not UTF-8, which would otherwise become
 * U+FFFD without a word.
 */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** Looks at bytes that come in pieces, which may end amid a character. */
export class Utf8Check {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #isUtf8 = true

  /** Whether all that has come so far is UTF-8. */
  get isUtf8(): boolean {
    return this.#isUtf8
  }

  add(bytes: Uint8Array): void {
    if (!this.#isUtf8) return
    try {
      this.#decoder.decode(bytes, { stream: true })
    } catch {
      this.#isUtf8 = false
    }
  }
}
