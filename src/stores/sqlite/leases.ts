import type { Clock } from '../../domain/clock.js'
import { type LeaseTerm, leaseHolds } from '../leases.js'
import type { Statements } from './statements.js'

/** Whether the worker's lease holds now. */
export function holdsLease(statements: Statements, clock: Clock, worker: number): boolean {
  const term = statements.leaseTerm.get(worker) as LeaseTerm | undefined
  return term !== undefined && leaseHolds(term, clock)
}
