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
 * How much of the word at the end of a line bash has before the part that it replaces: it ends a word at each of
 * `breaks` (COMP_WORDBREAKS), such as `=` and `:`, unless it is quoted. What it replaces begins after an open quote.
 */
export function keptByBash(line: string, breaks: string): number {
  const word = bashWords(line, undefined).at(-1) ?? ''
  let length = 0
  let kept = 0
  for (const [piece, single, double, escaped] of line.matchAll(pieces)) {
    const quoted = single ?? double
    const text = quoted ?? escaped ?? piece
    if (/^\s+$/.test(piece)) length = kept = 0
    else if (quoted !== undefined && piece.length === quoted.length + 1) kept = length
    else if (quoted === undefined && escaped === undefined) kept = keptOf(piece, breaks, length, kept)
    length += /^\s+$/.test(piece) ? 0 : text.length
  }
  return Math.min(kept, word.length)
}

function keptOf(piece: string, breaks: string, length: number, before: number): number {
  return [...piece].reduce((kept, character, index) => (breaks.includes(character) ? length + index + 1 : kept), before)
}
