import { leaseMs, type NewWorker, type WorkerVitals } from '../store.js'
import { holdsLease } from './leases.js'
import { endReservations } from './reservations.js'
import { type JobRow, leaseOfRow } from './rows.js'
import { settle } from './settle.js'
import type { Writing } from './writing.js'

export function insertWorker({ statements, clock }: Writing, worker: NewWorker): number {
  const { lastInsertRowid } = statements.insertWorker.run({
    pid: worker.process.pid,
    startTicks: worker.process.startTicks,
    host: worker.host,
    bootId: worker.bootId,
    pidNamespace: worker.pidNamespace,
    concurrency: worker.concurrency,
    queues: JSON.stringify(worker.queues),
    tasks: JSON.stringify(worker.tasks),
    scheduler: Number(worker.scheduler),
    embedded: Number(worker.embedded),
    now: clock.now(),
    leaseUntil: Math.floor(clock.monotonicMs()) + leaseMs,
  })
  return Number(lastInsertRowid)
}

export function renewLease(
  { statements, clock }: Writing,
  worker: number,
  { processes, rssBytes }: WorkerVitals,
): boolean {
  if (!holdsLease(statements, clock, worker)) return false
  const now = clock.now()
  const leaseUntil = Math.floor(clock.monotonicMs()) + leaseMs
  return (
    statements.renewLease.run({ worker, now, leaseUntil, processes: JSON.stringify(processes), rssBytes }).changes > 0
  )
}

/** Hands back at most `limit` running and as many waiting jobs of an ending worker. With the last ones the worker goes. */
export function removeWorker(writing: Writing, worker: number, limit: number): 'removed' | 'there is more' {
  const { statements, clock } = writing
  const endedAt = clock.now()
  const rows = statements.heldBy.all(worker, limit) as JobRow[]
  for (const row of rows) {
    const span = { startedAt: row.started_at ?? endedAt, endedAt, endedBy: 'released' } as const
    settle(writing, leaseOfRow(row, worker), { kind: 'released', started: true, suspect: false, ...span })
  }
  if (endReservations(writing, worker, limit).count === limit || rows.length === limit) return 'there is more'
  statements.deleteWorker.run(worker)
  return 'removed'
}
