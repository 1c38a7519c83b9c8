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
