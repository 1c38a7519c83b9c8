import { cutToWidth, widthOf } from '../views/cut.js'
import type { Glyph, Style } from '../views/glyphs.js'
import { visibleLine } from '../views/sanitise.js'
import { drawn, type Look, lookOfStdout, styled } from './look.js'

export interface Column {
  readonly heading: string
  /** The heading on a terminal. Default: the same. */
  readonly short?: string
  /** Numbers, so that they can be compared. Default: left. */
  readonly align?: 'right'
  /** Whether long cells are cut where the terminal is too narrow, before others are. */
  readonly flexible?: true
  /** Whether the column is left out where cutting is not enough. Of several the last one goes first. */
  readonly optional?: true
}

export type Cell =
  | string
  | {
      /** What it says in a pipe or a file. */
      readonly full: string
      /** What it says on a terminal. Default: the same. */
      readonly short?: string
      /** Stands before the text on a terminal, and gives it its colour. */
      readonly glyph?: Glyph
      /** Default: that of the glyph. */
      readonly style?: Style
    }

/** A column with its cells as they are drawn: no cell has a control character. */
interface DrawnColumn extends Column {
  readonly cells: readonly { readonly text: string; readonly style: Style | null }[]
  readonly width: number
}

const gap = 2
const minFlexible = 12
const minWidth = 4

/**
 * Rows under headings, without rules: aligned for people, plain enough for grep. Every cell is one safe line. On a
 * terminal columns without content are left out, and the table fits its width; elsewhere it is complete.
 */
export async function table(
  columns: readonly (string | Column)[],
  rows: readonly (readonly Cell[])[],
  look: Look = lookOfStdout(),
): Promise<string> {
  const all = columns.map((column, index) =>
    drawnColumn(
      typeof column === 'string' ? { heading: column } : column,
      rows.map((row) => row[index] ?? ''),
      look,
    ),
  )
  const shown = look.width === null ? all : fitted(all.filter(hasContent), look)
  const texts = shown.flatMap(({ heading, cells }) => [heading, ...cells.map(({ text }) => text)])
  // The library takes 8 ms for its first table.
  const byLibrary = !texts.every((text) => /^[ -~]*$/.test(text)) && texts.every((text) => measuredAlike.test(text))
  return byLibrary ? await alignedByLibrary(shown, look) : aligned(shown, look)
}

// Latin, Greek, Cyrillic, Chinese, Japanese, and the signs of states. Of other scripts and of emoji the library knows the
// widths of an older Unicode: it would break lines that fit.
const measuredAlike =
  /^[ -~\u00a1-\u02ff\u0370-\u0377\u0384-\u0482\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713-\u2718\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$/

function drawnColumn(column: Column, cells: readonly Cell[], look: Look): DrawnColumn {
  const texts = cells.map((cell) => {
    const { full, short = full, glyph, style = glyph?.style ?? null } = typeof cell === 'string' ? { full: cell } : cell
    if (look.width === null) return { text: visibleLine(full), style }
    const sign = glyph === undefined ? '' : `${drawn(glyph, look)} `
    return { text: sign + visibleLine(short), style }
  })
  const heading = look.width === null ? column.heading : (column.short ?? column.heading)
  return { ...column, heading, cells: texts, width: widest([heading, ...texts.map(({ text }) => text)]) }
}

function hasContent({ cells }: DrawnColumn): boolean {
  return cells.length === 0 || cells.some(({ text }) => text !== '' && text !== '-')
}

/** The columns, cut and left out until they fit the terminal. */
function fitted(columns: readonly DrawnColumn[], look: Look): readonly DrawnColumn[] {
  const room = look.width ?? Number.POSITIVE_INFINITY
  let left = columns
  for (;;) {
    const over = widthOfAll(left) - room
    if (over <= 0) return left
    const cut = shrink(left, over, (column) => (column.flexible ? minFlexible : column.width), look)
    if (widthOfAll(cut) <= room) return cut
    const last = left.findLastIndex(({ optional }) => optional)
    if (last >= 0) left = left.filter((_, index) => index !== last)
    else return shrink(cut, widthOfAll(cut) - room, () => minWidth, look)
  }
}

function widthOfAll(columns: readonly DrawnColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width + gap, -gap)
}

/** Takes `over` columns of the terminal away, from the widest one first, none below its minimum. */
function shrink(
  columns: readonly DrawnColumn[],
  over: number,
  least: (column: DrawnColumn) => number,
  look: Look,
): readonly DrawnColumn[] {
  const widths = columns.map(({ width }) => width)
  const floors = columns.map(least)
  for (let taken = 0; taken < over; taken += 1) {
    const spare = widths.map((width, index) => (width > (floors[index] ?? 0) ? width : 0))
    const widestIndex = spare.indexOf(Math.max(...spare))
    if ((spare[widestIndex] ?? 0) === 0) break
    widths[widestIndex] = (widths[widestIndex] ?? 0) - 1
  }
  const mark = look.hasUnicode ? '…' : '~'
  return columns.map((column, index) => {
    const width = widths[index] ?? column.width
    if (width === column.width) return column
    const cells = column.cells.map((cell) => ({ ...cell, text: cutToWidth(cell.text, width, mark) }))
    return { ...column, heading: cutToWidth(column.heading, width, mark), cells, width }
  })
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
}

function aligned(columns: readonly DrawnColumn[], look: Look): string {
  const padded = (text: string, style: Style | null, { width, align }: DrawnColumn) => {
    const spaces = ' '.repeat(Math.max(0, width - widthOf(text)))
    const shown = inStyle(text, style, look)
    return align === 'right' ? spaces + shown : shown + spaces
  }
  const line = (cellOf: (column: DrawnColumn) => string, style: (column: DrawnColumn) => Style | null) =>
    columns
      .map((column) => padded(cellOf(column), style(column), column))
      .join(' '.repeat(gap))
      .trimEnd()
  const count = columns[0]?.cells.length ?? 0
  const rows = Array.from({ length: count }, (_, row) =>
    line(
      ({ cells }) => cells[row]?.text ?? '',
      ({ cells }) => cells[row]?.style ?? null,
    ),
  )
  return [
    line(
      ({ heading }) => heading,
      () => 'bold',
    ),
    ...rows,
  ].join('\n')
}

function inStyle(text: string, style: Style | null, look: Look): string {
  return style === null || text.trim() === '' ? text : styled(text, style, look)
}

async function alignedByLibrary(columns: readonly DrawnColumn[], look: Look): Promise<string> {
  const { default: Table } = await import('cli-table3')
  const noRules = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  }
  const noLines = {
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: ' '.repeat(gap),
  }
  const lines = new Table({
    head: columns.map(({ heading }) => inStyle(heading, 'bold', look)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: { ...noRules, ...noLines },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  const count = columns[0]?.cells.length ?? 0
  for (let row = 0; row < count; row += 1) {
    lines.push(columns.map(({ cells }) => inStyle(cells[row]?.text ?? '', cells[row]?.style ?? null, look)))
  }
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
