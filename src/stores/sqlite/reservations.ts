import type { Clock } from '../../domain/clock.js'
import type { Counting } from '../counting.js'
import { lostInputError } from '../losses.js'
import type { Statements } from './statements.js'

interface CountedUnder {
  readonly task: string
  readonly queue: string
}

/**
 * What waits for a worker that is gone: it is anybody's from now on, but for the jobs that end with that worker. Answers how
 * many those are.
 */
export function endReservations(statements: Statements, clock: Clock, worker: number, counting: Counting): number {
  const now = clock.now()
  const error = JSON.stringify(lostInputError(`w${worker}`))
  const lost = statements.buryReserved.all({ worker, now, error }) as CountedUnder[]
  for (const job of lost) counting.add(job, now, { count: 'failed', durationMs: null })
  statements.freeReserved.run(worker)
  return lost.length
}
