import { visibleLine } from './sanitise.js'

type Line = readonly string[]

/** Rows under headings, without rules: aligned for people, plain enough for grep. Every cell is one safe line. */
export async function table(headings: Line, rows: readonly Line[]): Promise<string> {
  const lines = [headings, ...rows.map((row) => row.map(visibleLine))]
  // The library knows how wide each character is, and takes 8 ms for its first table.
  const isAscii = lines.every((line) => line.every((cell) => /^[ -~]*$/.test(cell)))
  return isAscii ? aligned(headings, lines) : alignedByLibrary(lines)
}

/** Cells in which every character is one column wide. */
function aligned(headings: Line, lines: readonly Line[]): string {
  const widths = headings.map((_, column) => lines.reduce((most, line) => Math.max(most, line[column]?.length ?? 0), 0))
  const drawn = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return drawn.map((line) => line.trimEnd()).join('\n')
}

async function alignedByLibrary([headings = [], ...rows]: readonly Line[]): Promise<string> {
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
    middle: '  ',
  }
  const drawn = new Table({
    head: [...headings],
    chars: { ...noRules, ...noLines },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push([...row])
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
