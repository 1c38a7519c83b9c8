import type { Clock } from '../../domain/clock.js'
import type { EpochMs, JobId } from '../../domain/job.js'
import type { KeptSchedule } from '../../domain/schedule/revise.js'
import type { StoredSchedule, StoredSlot } from '../../domain/schedule/schedule.js'
import type { QueueSample } from '../store.js'
import { Turns } from '../turns.js'
import { type FailureRow, type JobRow, JobTable } from './jobs.js'
import { Ends } from './statistics.js'
import { WorkerTable } from './workers.js'

/** A unique key is free again `forMs` after its job has ended. */
export interface TakenKey {
  readonly job: JobId
  readonly forMs: number
}

/** What the first enqueue with a token has answered. */
export interface KnownToken {
  readonly job: JobId
  readonly keptUntil: EpochMs
}

/** All that a store in memory holds. */
export interface Tables {
  readonly clock: Clock
  readonly jobs: JobTable
  readonly keys: Map<string, TakenKey>
  readonly tokens: Map<string, KnownToken>
  /** Since when each paused queue is. */
  readonly paused: Map<string, EpochMs>
  readonly workers: WorkerTable
  readonly turns: Turns
  readonly ends: Ends
  readonly failures: FailureRow[]
  /** The jobs that have failed, and of which nobody was notified yet. */
  readonly failed: JobRow[]
  readonly samples: QueueSample[]
  /** How many jobs retention has removed, by queue. */
  readonly removed: Map<string, number>
  readonly schedules: Map<string, KeptInMemory>
  /** What became of slots, by schedule and time. */
  readonly slots: Map<string, Map<EpochMs, StoredSlot>>
  /** Those of them that wait. */
  readonly waiting: Map<string, Map<EpochMs, StoredSlot>>
  readonly scheduling: { version: number; seenAt: EpochMs | null }
}

/** A schedule, without its slots. */
export interface KeptInMemory extends KeptSchedule {
  readonly revision: number
  readonly lastSuccessAt: EpochMs | null
  readonly slotTotals: StoredSchedule['slotTotals']
}

export function emptyTables(clock: Clock): Tables {
  return {
    clock,
    jobs: new JobTable(),
    keys: new Map(),
    tokens: new Map(),
    paused: new Map(),
    workers: new WorkerTable(clock),
    turns: new Turns(),
    ends: new Ends(),
    failures: [],
    failed: [],
    samples: [],
    removed: new Map(),
    schedules: new Map(),
    slots: new Map(),
    waiting: new Map(),
    scheduling: { version: 0, seenAt: null },
  }
}
