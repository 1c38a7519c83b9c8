import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import type { FinalState } from '../retention.js'
import { stateCodes } from './codes.js'
import type { Statements } from './statements.js'

const never = Number.NEGATIVE_INFINITY

type Kind = FinalState | 'slots'

/**
 * Finds the time of the newest job of a state, or of the newest record of a slot, that is one too many. A search passes
 * over all that may stay, a million by default: one has to do for all the batches that remove what it found.
 */
export class NewestTooMany {
  readonly #statements: Statements
  readonly #found = new Map<Kind, { readonly retention: Retention; readonly time: EpochMs }>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** What the last search found for this retention; below all times if it found nothing. */
  known(kind: Kind, retention: Retention): EpochMs {
    const found = this.#found.get(kind)
    return found?.retention === retention ? found.time : never
  }

  /** Below all times if there are not too many. */
  search(kind: Kind, retention: Retention): EpochMs {
    const { most } = retention
    const row = kind === 'slots' ? this.#statements.newestSlotTooMany.get(most) : this.#jobTooMany(kind, most)
    const time = (row as { readonly time: EpochMs } | undefined)?.time ?? never
    this.#found.set(kind, { retention, time })
    return time
  }
  #jobTooMany(state: FinalState, most: number): unknown {
    // As they were counted: most stores have fewer than may stay.
    const ended = this.#statements.endedJobs.get() as Readonly<Record<FinalState, number | null>>
    if ((ended[state] ?? 0) <= most) return undefined
    return this.#statements.newestJobTooMany.get(stateCodes[state], most)
  }
}
