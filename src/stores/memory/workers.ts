import type { Clock } from '../../domain/clock.js'
import { type EpochMs, idNumber, type WorkerId } from '../../domain/job.js'
import { leaseHolds } from '../leases.js'
import { leaseMs, type NewWorker, type WorkerInfo, type WorkerVitals } from '../store.js'

interface WorkerRow {
  readonly id: WorkerId
  worker: NewWorker
  readonly startedAt: EpochMs
  lastBeatAt: EpochMs
  leaseUntil: number
  vitals: WorkerVitals
}

/** The workers and their leases. */
export class WorkerTable {
  readonly #clock: Clock
  readonly #rows = new Map<number, WorkerRow>()
  #lastNumber = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  register(worker: NewWorker): WorkerId {
    const number = ++this.#lastNumber
    const now = this.#clock.now()
    const id = `w${number}`
    const leaseUntil = this.#clock.monotonicMs() + leaseMs
    this.#rows.set(number, {
      id,
      worker,
      startedAt: now,
      lastBeatAt: now,
      leaseUntil,
      vitals: { processes: [], rssBytes: null },
    })
    return id
  }

  beat(id: WorkerId, vitals: WorkerVitals): boolean {
    const row = this.#find(id)
    if (row === undefined || !this.#holds(row)) return false
    row.lastBeatAt = this.#clock.now()
    row.leaseUntil = this.#clock.monotonicMs() + leaseMs
    row.vitals = vitals
    return true
  }

  setTasks(id: WorkerId, tasks: readonly string[]): void {
    const row = this.#find(id)
    if (row !== undefined) row.worker = { ...row.worker, tasks }
  }

  has(id: WorkerId): boolean {
    return this.#find(id) !== undefined
  }

  holdsLease(id: WorkerId): boolean {
    const row = this.#find(id)
    return row !== undefined && this.#holds(row)
  }

  overdue(): readonly WorkerId[] {
    return [...this.#rows.values()].filter((row) => !this.#holds(row)).map((row) => row.id)
  }

  /** Whether it was there. */
  remove(id: WorkerId): boolean {
    return this.#rows.delete(idNumber(id, 'w') ?? 0)
  }

  infos(): readonly WorkerInfo[] {
    return [...this.#rows.values()].map((row) => {
      const { id, worker, startedAt, lastBeatAt, vitals } = row
      return { ...worker, id, startedAt, lastBeatAt, expired: !this.#holds(row), ...vitals }
    })
  }

  #find(id: WorkerId): WorkerRow | undefined {
    return this.#rows.get(idNumber(id, 'w') ?? 0)
  }

  #holds(row: WorkerRow): boolean {
    return leaseHolds({ bootId: row.worker.bootId, until: row.leaseUntil }, this.#clock)
  }
}
