import { type Content, cutLine, fitLine, type Line, lineOf, restyled, span, widthOfLine } from './line.js'

export interface GridColumn {
  readonly heading: string
  readonly align?: 'right'
  /** Cut first where the terminal is too narrow. */
  readonly flexible?: true
  /** Shown from this width of the terminal on. Default: always. */
  readonly from?: number
}

export interface Grid {
  readonly heading: Line
  readonly rows: readonly Line[]
}

const gap = 2
// Before each row is the mark of the cursor, or a space.
const markWidth = 1
const minFlexible = 8

/** Rows under headings in at most `width` columns. */
export function grid(columns: readonly GridColumn[], rows: readonly (readonly Content[])[], width: number): Grid {
  const shown = columns.map((_, index) => index).filter((index) => (columns[index]?.from ?? 0) <= width + markWidth)
  const cells = rows.map((row) => shown.map((index) => lineOf(row[index] ?? '')))
  const kept = shown.map((index) => columns[index]).filter((column) => column !== undefined)
  const widths = fittedWidths(kept, cells, width)
  const drawn = (parts: readonly Line[]) =>
    cutLine(
      parts.flatMap((part, index) => {
        const column = kept[index]
        const fitted = fitLine(part, widths[index] ?? 0, column?.align ?? 'left')
        return index === 0 ? fitted : [span(' '.repeat(gap)), ...fitted]
      }),
      width,
    )
  return {
    heading: restyled(drawn(kept.map(({ heading }) => lineOf(heading))), 'bold'),
    rows: cells.map(drawn),
  }
}

function fittedWidths(columns: readonly GridColumn[], cells: readonly (readonly Line[])[], width: number): number[] {
  const widths = columns.map(({ heading }, index) =>
    cells.reduce((most, row) => Math.max(most, widthOfLine(row[index] ?? [])), heading.length),
  )
  let over = widths.reduce((sum, own) => sum + own + gap, -gap) - width
  while (over > 0) {
    const spare = widths.map((own, index) => (columns[index]?.flexible && own > minFlexible ? own : 0))
    const widest = spare.indexOf(Math.max(...spare))
    const own = widths[widest] ?? 0
    if ((spare[widest] ?? 0) === 0) break
    // To the next widest at once: names may have thousands of characters.
    const next = Math.max(minFlexible, ...spare.filter((other) => other < own))
    const taken = Math.max(1, Math.min(over, own - next))
    widths[widest] = own - taken
    over -= taken
  }
  return widths
}

/** Which rows are on the screen, so that the cursor is among them. */
export function window(
  count: number,
  cursor: number,
  height: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(cursor - Math.floor(height / 2), count - height))
  return { first, end: Math.min(count, first + Math.max(0, height)) }
}

export const cursorMark = '▌'

/** A row of a list: with the mark and inverse at the cursor, across the whole width. */
export function listRow(line: Line, isAtCursor: boolean, width: number): Line {
  return isAtCursor
    ? restyled(fitLine([span(cursorMark), ...line], width), 'inverse')
    : cutLine([span(' '), ...line], width)
}
