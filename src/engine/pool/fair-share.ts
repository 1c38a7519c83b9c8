/** The jobs in a slot, and its share of the concurrency. */
export interface SlotUse {
  readonly count: number
  /** How many of `count` have started, as far as is known. */
  readonly running: number
  readonly share: number
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/**
 * Divides `available`, the concurrency that other jobs do not use, evenly among the slots. A process starts a waiting job
 * as soon as its share allows it, and reports that later: such a job counts as running. Jobs beyond a share keep
 * running, and the other slots start fewer jobs.
 */
export function sharesBeside(available: number, uses: readonly SlotUse[]): readonly number[] {
  const whole = Math.max(0, available)
  const { length } = uses
  const needs = uses.map(({ count, running, share }) => (running >= share ? running : Math.min(count, share)))
  const shares = uses.map(({ running, share }, index) => {
    const even = Math.floor(whole / length) + (index < whole % length ? 1 : 0)
    return running >= share ? even : Math.max(even, needs[index] ?? 0)
  })
  let over = sum(shares.map((share, index) => Math.max(share, needs[index] ?? 0))) - whole
  return shares.map((share, index) => {
    const less = Math.max(0, Math.min(over, share - (needs[index] ?? 0)))
    over -= less
    return share - less
  })
}
