import type { Clock } from '../../domain/clock.js'
import { type EpochMs, idNumber, type WorkerId } from '../../domain/job.js'
import { leaseHolds } from '../leases.js'
import { leaseMs, type NewWorker, type ProcessIdentity, type WorkerInfo } from '../store.js'

interface Entry {
  readonly id: WorkerId
  worker: NewWorker
  readonly startedAt: EpochMs
  lastBeatAt: EpochMs
  leaseUntil: number
  processes: readonly ProcessIdentity[]
}

/** The workers and their leases. */
export class WorkerTable {
  readonly #clock: Clock
  readonly #entries = new Map<number, Entry>()
  #lastNumber = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  register(worker: NewWorker): WorkerId {
    const number = ++this.#lastNumber
    const now = this.#clock.now()
    const id = `w${number}`
    const leaseUntil = this.#clock.monotonicMs() + leaseMs
    this.#entries.set(number, { id, worker, startedAt: now, lastBeatAt: now, leaseUntil, processes: [] })
    return id
  }

  beat(id: WorkerId, processes: readonly ProcessIdentity[]): boolean {
    const entry = this.#find(id)
    if (entry === undefined || !this.#holds(entry)) return false
    entry.lastBeatAt = this.#clock.now()
    entry.leaseUntil = this.#clock.monotonicMs() + leaseMs
    entry.processes = processes
    return true
  }

  setTasks(id: WorkerId, tasks: readonly string[]): void {
    const entry = this.#find(id)
    if (entry !== undefined) entry.worker = { ...entry.worker, tasks }
  }

  has(id: WorkerId): boolean {
    return this.#find(id) !== undefined
  }

  holdsLease(id: WorkerId): boolean {
    const entry = this.#find(id)
    return entry !== undefined && this.#holds(entry)
  }

  overdue(): readonly WorkerId[] {
    return [...this.#entries.values()].filter((entry) => !this.#holds(entry)).map((entry) => entry.id)
  }

  remove(id: WorkerId): void {
    this.#entries.delete(idNumber(id, 'w') ?? 0)
  }

  infos(): readonly WorkerInfo[] {
    return [...this.#entries.values()].map((entry) => {
      const { id, worker, startedAt, lastBeatAt, processes } = entry
      return { ...worker, id, startedAt, lastBeatAt, expired: !this.#holds(entry), processes }
    })
  }

  #find(id: WorkerId): Entry | undefined {
    return this.#entries.get(idNumber(id, 'w') ?? 0)
  }

  #holds(entry: Entry): boolean {
    return leaseHolds({ bootId: entry.worker.bootId, until: entry.leaseUntil }, this.#clock)
  }
}
