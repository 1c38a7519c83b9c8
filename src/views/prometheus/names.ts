/** At most so many tasks, queues and schedules have a label value of their own. */
export const maxNames = 200

/** The label value that the names over the limit share. */
export const otherName = 'other'

/**
 * The label value of each name. The first names in their order have their own, so that it stays the same from scrape to
 * scrape and in every worker.
 */
export function labelValues(names: Iterable<string>): (name: string) => string {
  const kept = new Set([...new Set(names)].sort().slice(0, maxNames))
  return (name) => (kept.has(name) ? name : otherName)
}

/** Items under their label values. */
export function byLabel<T>(items: readonly T[], label: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(label(item))
    if (group === undefined) groups.set(label(item), [item])
    else group.push(item)
  }
  return groups
}
