/** How many jobs are stored with one commit, and checked with one message. */
export const batchSize = 1_000

/** How many jobs are changed with one commit: others who write wait for less than 10 ms. */
export const smallBatchSize = 100

export function inBatches<T>(items: readonly T[], size = batchSize): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
