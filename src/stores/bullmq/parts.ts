/** How many jobs one script moves or ends: Redis does nothing else meanwhile, for about 10 ms. */
export const jobsAScript = 250

/** A list in parts that are small enough for a script. */
export function inParts<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / jobsAScript)
  return Array.from({ length: count }, (_, index) => all.slice(index * jobsAScript, (index + 1) * jobsAScript))
}
