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
