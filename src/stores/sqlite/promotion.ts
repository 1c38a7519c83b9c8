import type { EpochMs } from '../../domain/job.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

interface DueRow {
  readonly job: number
  readonly dueAt: EpochMs
  readonly queue: number
  readonly task: number
  readonly isReserved: 0 | 1
}

/** Queues jobs whose time has come, the longest due first; answers how many. */
export function promoteDue({ statements, counters }: Writing, now: EpochMs, limit: number): number {
  const rows = statements.due.all(now, limit) as DueRow[]
  const last = rows.at(-1)
  if (last === undefined) return 0
  const through = [last.dueAt, last.job]
  statements.readyDue.run(through)
  statements.reserveDue.run(through)
  statements.deleteDue.run(through)
  for (const { queue, task, isReserved } of rows) {
    counters.add(queue, 'scheduled', -1)
    if (isReserved === 0) counters.addReady(queue, task, 1)
  }
  return rows.length
}

export function nextDueAt(statements: Statements): EpochMs | null {
  return (statements.nextDue.get() as { readonly dueAt: EpochMs | null }).dueAt
}
