import type { Rate } from './measure.js'

export function rateCells({ jobsPerSecond: { median, min, max, runs } }: Rate): string[] {
  return [perSecond(median), `${perSecond(min)}-${perSecond(max)}`, String(runs)]
}

// Three figures: the noise is larger than the fourth.
function perSecond(rate: number): string {
  return Number(rate.toPrecision(3)).toLocaleString('en')
}

export function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(ratio < 10 ? 2 : 1)
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
