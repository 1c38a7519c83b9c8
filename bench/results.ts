import type { Machine } from './machine.js'
import type { Rate } from './measure.js'
import type { Peers } from './peers.js'
import type { PickUp } from './pick-up.js'
import { ratioOf } from './ratio.js'
import type { Scale } from './scale.js'
import type { StartUp } from './startup.js'
import { type Comparison, comparisons } from './targets.js'
import type { TaskProcesses } from './task-processes.js'

/** The whole outcome: what is printed, and what is written as JSON. */
export interface Results {
  readonly machine: Machine
  readonly quick: boolean
  readonly raw: readonly Rate[]
  readonly engine: readonly EngineRate[]
  /** null here and below: not measured. */
  readonly peers: Peers | null
  readonly taskProcesses: TaskProcesses | null
  readonly pickUp: PickUp | null
  readonly scale: Scale | null
  readonly startUp: readonly StartUp[]
}

export interface EngineRate extends Rate {
  /**
   * Against SQLite by itself, one job a transaction, and 1,000 jobs a transaction: the median of the ratios of each
   * round, since the machine is not equally fast in all of them. null if the other side was not measured.
   */
  readonly ratioToRawSingly: number | null
  readonly ratioToRawBatched: number | null
  readonly target: Comparison['target'] | null
}

/** Puts each rate of the engine beside the raw ones of the same run. */
export function compare(engine: readonly Rate[], raw: readonly Rate[]): EngineRate[] {
  return engine.map((rate) => {
    const comparison = comparisons.find(({ id }) => id === rate.id)
    const ratio = (id: string | undefined) => {
      const floor = raw.find((candidate) => candidate.id === id)
      return floor === undefined ? null : ratioOf(rate, floor)
    }
    return {
      ...rate,
      ratioToRawSingly: ratio(comparison?.singly),
      ratioToRawBatched: ratio(comparison?.batched),
      target: comparison?.target ?? null,
    }
  })
}
