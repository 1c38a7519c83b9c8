/** Something whose speed is measured. */
export interface Measurement {
  readonly id: string
  readonly title: string
  /** Jobs of one run. */
  readonly jobs: number
  /** Does it with so many jobs in an empty folder of its own; answers the milliseconds that count. */
  run(folder: string, jobs: number): Promise<number>
}

/** The middle of several runs, and how far apart they were. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

export interface Rate {
  readonly id: string
  readonly title: string
  readonly jobs: number
  readonly jobsPerSecond: Spread
  /** The rate of each round, so that rates of the same round can be compared. */
  readonly perRound: readonly number[]
}

export interface Rounds {
  readonly count: number
  /** Makes an empty folder for one run, and removes it afterwards. */
  inFolder<T>(use: (folder: string) => Promise<T>): Promise<T>
  /** Told before each round; round 0 warms up and does not count. */
  starting(round: number): void
}

/** Code that is not compiled yet would make the first round a measurement of the compiler. */
const warmUpShare = 0.2

/**
 * Runs all measurements in turn, round after round: what slows the machine down for some seconds then touches all of
 * them, not one.
 */
export async function measureInRounds(measurements: readonly Measurement[], rounds: Rounds): Promise<Rate[]> {
  if (measurements.length === 0) return []
  const measured = new Map<Measurement, number[]>(measurements.map((measurement) => [measurement, []]))
  for (let round = 0; round <= rounds.count; round++) {
    rounds.starting(round)
    for (const [measurement, rates] of measured) {
      const jobs = round === 0 ? Math.ceil(measurement.jobs * warmUpShare) : measurement.jobs
      const elapsedMs = await rounds.inFolder((folder) => measurement.run(folder, jobs))
      if (round > 0) rates.push((jobs / elapsedMs) * 1_000)
    }
  }
  return [...measured].map(([{ id, title, jobs }, perRound]) => ({
    id,
    title,
    jobs,
    jobsPerSecond: spreadOf(perRound),
    perRound,
  }))
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
  return { median, min: at(0), max: at(sorted.length - 1), runs: sorted.length }
}

export async function elapsedMs(use: () => Promise<void> | void): Promise<number> {
  const start = performance.now()
  await use()
  return performance.now() - start
}
