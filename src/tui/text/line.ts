import { cutToWidth, widthOf } from '../../views/cut.js'
import type { Style } from '../../views/glyphs.js'
import { visibleLine } from '../../views/sanitise.js'

/** A piece of a line in one style. Its text is safe on a terminal. Made by `span` only. */
export interface Span {
  readonly text: string
  readonly style: Style | null
}

export type Line = readonly Span[]

/** What a cell or a line can be made of. */
export type Content = string | Span | Line

// No terminal is wider, and nobody waits for a megabyte to be made safe.
const maxLength = 4_000

/** A text in one style, made safe: nothing in it can drive a terminal, and it is one line. */
export function span(text: string, style: Style | null = null): Span {
  if (/^[ -~]*$/.test(text)) return { text: text.slice(0, maxLength), style }
  return { text: visibleLine(text.slice(0, maxLength).replace(/\p{Cs}/gu, '\ufffd')), style }
}

export function lineOf(...contents: readonly Content[]): Line {
  return contents.flatMap((content) => (typeof content === 'string' ? [span(content)] : content))
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('')
}

export function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0)
}

/** The line in at most `width` columns. What is longer ends with an ellipsis. */
export function cutLine(line: Line, width: number): Line {
  if (widthOfLine(line) <= width) return line
  const cut: Span[] = []
  let left = width
  for (const { text, style } of line) {
    const own = widthOf(text)
    // The last column is for the ellipsis of what follows.
    if (own < left) cut.push({ text, style })
    else {
      cut.push({ text: own === left ? `${cutToWidth(`${text}  `, left)}` : cutToWidth(text, left), style })
      break
    }
    left -= own
  }
  return cut
}

/** The line in exactly `width` columns. */
export function fitLine(line: Line, width: number, align: 'left' | 'right' = 'left'): Line {
  const cut = cutLine(line, width)
  const missing = width - widthOfLine(cut)
  if (missing <= 0) return cut
  const space = { text: ' '.repeat(missing), style: null }
  return align === 'left' ? [...cut, space] : [space, ...cut]
}

/** One line with a part at each end. The left part is cut where both do not fit. */
export function spread(left: Line, right: Line, width: number): Line {
  const own = widthOfLine(right)
  if (own + 2 > width) return fitLine(left, width)
  return [...fitLine(left, width - own - 1), span(' '), ...right]
}

/** The whole line in one style, such as the row at the cursor. */
export function restyled(line: Line, style: Style): Line {
  return line.map(({ text }) => ({ text, style }))
}

/** Two columns of lines. */
export function beside(left: readonly Line[], right: readonly Line[], leftWidth: number, width: number): Line[] {
  const rule = span(' │ ', 'dim')
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
    ...fitLine(left[row] ?? [], leftWidth),
    rule,
    ...cutLine(right[row] ?? [], width - leftWidth - 3),
  ])
}
