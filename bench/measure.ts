/** Something whose speed is measured. */
export interface Measurement {
  readonly id: string
  /** What is done, and by whom. */
  readonly work: string
  readonly which: string
  /** Jobs of one run. */
  readonly jobs: number
  /** Whether it runs in this process, and needs a round that does not count to have its code compiled. */
  readonly warmsUp: boolean
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

export interface Rate extends Pick<Measurement, 'id' | 'work' | 'which' | 'jobs'> {
  readonly jobsPerSecond: Spread
  /** The rate of each round, so that rates of the same round can be compared. */
  readonly perRound: readonly number[]
}

export interface Rounds {
  readonly count: number
  /** Makes an empty folder for one run, and removes it afterwards. */
  inFolder<T>(use: (folder: string) => Promise<T>): Promise<T>
  /** Called before each round; round 0 warms up and does not count. */
  starting(round: number): void
}

const warmUpShare = 0.2

/**
 * Runs all measurements in turn, round after round, every other round backwards: what slows the machine down for some
 * seconds then touches all of them, and none is always the one after a certain other.
 */
export async function measureInRounds(measurements: readonly Measurement[], rounds: Rounds): Promise<Rate[]> {
  if (measurements.length === 0) return []
  const measured = measurements.map((measurement) => ({ measurement, perRound: [] as number[] }))
  const inThisProcess = measurements.filter(({ warmsUp }) => warmsUp)
  if (inThisProcess.length > 0) rounds.starting(0)
  for (const { run, jobs } of inThisProcess) {
    await rounds.inFolder((folder) => run(folder, Math.ceil(jobs * warmUpShare)))
  }
  for (let round = 1; round <= rounds.count; round++) {
    rounds.starting(round)
    for (const { measurement, perRound } of round % 2 === 1 ? measured : measured.toReversed()) {
      const { run, jobs } = measurement
      perRound.push((jobs / (await rounds.inFolder((folder) => run(folder, jobs)))) * 1_000)
    }
  }
  return measured.map(({ measurement, perRound }) => rateOf(measurement, perRound))
}

export function rateOf(
  { id, work, which, jobs }: Omit<Rate, 'jobsPerSecond' | 'perRound'>,
  perRound: readonly number[],
): Rate {
  return { id, work, which, jobs, jobsPerSecond: spreadOf(perRound), perRound }
}

/** The median of the ratios of each round, since the machine is not equally fast in all of them. */
export function ratioOf(rate: Rate, to: Rate): number {
  return spreadOf(rate.perRound.map((perSecond, round) => perSecond / (to.perRound[round] ?? Number.NaN))).median
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
