export function ratioText(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : 1)
}

/** Columns of words to the left, `words` of them, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], words = 1): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => (cells[column] ?? '')[column < words ? 'padEnd' : 'padStart'](width))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
