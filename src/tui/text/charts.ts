const levels = '▁▂▃▄▅▆▇█'

/** A sign for each value, as high as its part of `most`. Only 0 is at the bottom. */
export function sparkline(values: readonly number[], most = Math.max(0, ...values)): string {
  return values
    .map((value) => {
      if (value <= 0 || most <= 0) return levels[0]
      return levels[Math.min(levels.length - 1, Math.max(1, Math.round((value / most) * (levels.length - 1))))]
    })
    .join('')
}

/** A bar of at most `width` columns, in steps of half a column. */
export function bar(fraction: number, width: number): string {
  const halves = Math.round(Math.max(0, Math.min(1, fraction)) * width * 2)
  return `${'█'.repeat(Math.floor(halves / 2))}${halves % 2 === 1 ? '▌' : ''}`
}

/** Values in fewer groups, each the sum of its members: the last group is always full. */
export function grouped(values: readonly number[], groups: number): readonly number[] {
  const size = Math.ceil(values.length / groups)
  if (size <= 1) return values
  const sums: number[] = []
  for (let end = values.length; end > 0; end -= size) {
    sums.unshift(values.slice(Math.max(0, end - size), end).reduce((sum, value) => sum + value, 0))
  }
  return sums
}
