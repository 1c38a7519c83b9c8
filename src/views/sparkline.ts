const bars = '▁▂▃▄▅▆▇█'

/** A bar for each number, the largest one full. Nothing of more than 0 looks like nothing. */
export function sparkline(numbers: readonly number[]): string {
  const most = Math.max(...numbers, 1)
  return numbers.map((number) => bars[Math.ceil((number / most) * (bars.length - 1))] ?? '').join('')
}
