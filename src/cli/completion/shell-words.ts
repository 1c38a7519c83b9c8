/**
 * The words of a line of bash up to the cursor, without their quotes; the last one, which may be empty, is at the
 * cursor. Variables stay as they are: to expand them would be to run what has been typed.
 */
export function bashWords(line: string, home: string | undefined): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  for (const [piece, single, double, escaped] of line.matchAll(pieces)) {
    if (/^\s+$/.test(piece)) {
      if (word !== null) words.push(word)
      word = null
    } else {
      const text: string = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? piece
      word = (word ?? '') + (word === null && home !== undefined ? text.replace(/^~(?=\/|$)/, () => home) : text)
    }
  }
  return [...words, word ?? '']
}

// A quote that is not closed yet goes on to the cursor.
const pieces = /\s+|'([^']*)(?:'|$)|"((?:[^"\\]|\\[\s\S])*)(?:"|$)|\\([\s\S])|[^\s'"\\]+|\\$/g

/**
 * How much of a word bash has before the part that it replaces: it ends a word at each of `breaks` (COMP_WORDBREAKS),
 * such as `=` and `:`.
 */
export function keptByBash(word: string, breaks: string): number {
  return [...word].reduce((kept, character, index) => (breaks.includes(character) ? index + 1 : kept), 0)
}
