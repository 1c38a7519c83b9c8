import { cutToWidth, widthOf } from '../views/cut.js'

/** The words of a text in lines of at most `width` columns; null for one line. A longer word is cut. */
export function wrapped(text: string, width: number | null): readonly string[] {
  if (width === null || widthOf(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((whole) => cutToWidth(whole, width))
}
