import type { Attempt, EpochMs, Job, JobId, OutputLine, Progress } from '../domain/job.js'
import type { KeptSchedule } from '../domain/schedule/revise.js'
import type { StoredSchedule, StoredSlot } from '../domain/schedule/schedule.js'
import type { TaskStatistics } from '../domain/statistics.js'
import type { QueueSample, WorkerInfo } from './store.js'

/**
 * What moves from one store to another: everything but workers, in the words of the domain. The same store gives the same
 * records in the same order, whatever keeps it.
 */
export type TransferRecord =
  | CountersRecord
  | QueueRecord
  | JobRecord
  | OutputRecord
  | TokenRecord
  | ScheduleRecord
  | SlotRecordOf
  | StatisticsRecord
  | FailureRecord
  | SamplesRecord

export type RecordKind = TransferRecord['kind']

/** The first record. The numbers were given out last. */
export interface CountersRecord {
  readonly kind: 'counters'
  readonly job: number
  readonly worker: number
  readonly schedulesVersion: number
  readonly schedulerSeenAt: EpochMs | null
}

/** A queue that ever had a job or is paused. `enqueued`: how many jobs it ever had. */
export interface QueueRecord {
  readonly kind: 'queue'
  readonly name: string
  readonly pausedAt: EpochMs | null
  readonly enqueued: number
}

/** A job, in the order of the numbers. No worker has it: if it waits, anybody may take it. */
export interface JobRecord {
  readonly kind: 'job'
  readonly job: Job
  readonly attempts: readonly TransferredAttempt[]
  readonly progress: Progress | null
  /** It holds its unique key, for so long after its end; null: it does not. */
  readonly holdsKeyMs: number | null
  /** The group that its failure is counted in; null if it has not failed. */
  readonly failure: number | null
}

/** `endsJob`: its job ended with it, and may have been retried by hand since. */
export type TransferredAttempt = Attempt & { readonly endsJob: boolean }

/** Lines of an attempt, after its job, in their order. */
export interface OutputRecord {
  readonly kind: 'output'
  readonly job: JobId
  readonly attempt: number
  readonly lines: readonly OutputLine[]
}

/** What an enqueue with this token is answered. The job may be gone. */
export interface TokenRecord {
  readonly kind: 'token'
  readonly token: string
  readonly job: JobId
  readonly keptUntil: EpochMs
}

export interface ScheduleRecord {
  readonly kind: 'schedule'
  readonly schedule: KeptSchedule
  readonly revision: number
  readonly lastSuccessAt: EpochMs | null
  readonly slotTotals: StoredSchedule['slotTotals']
}

/** A slot record, also of a schedule that is gone. */
export interface SlotRecordOf {
  readonly kind: 'slot'
  readonly schedule: string
  readonly slot: StoredSlot
}

/** Statistics of a minute, or of all time (null). */
export interface StatisticsRecord {
  readonly kind: 'statistics'
  readonly minute: number | null
  readonly counts: Omit<TaskStatistics, 'failed'>
}

/** A group of failures, by its number. */
export interface FailureRecord {
  readonly kind: 'failure'
  readonly group: number
  readonly task: string
  readonly error: string
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
  readonly sample: JobId
  readonly minutes: readonly (readonly [minute: number, count: number])[]
}

/** Samples of queues within an hour since 1970. `index`: how many of the hour come before them. */
export interface SamplesRecord {
  readonly kind: 'samples'
  readonly hour: number
  readonly index: number
  readonly samples: readonly QueueSample[]
}

/** What a store that takes part in a move says of itself: nobody else can open it. */
export interface MoveMark {
  /** Its records go elsewhere; they are all there; they come from elsewhere; or they are looked at before the move is given up. */
  readonly state: 'moving' | 'moved' | 'filling' | 'checked'
  /** The other store, as people write it. */
  readonly other: string
  /** The identity of the store that is moved. */
  readonly identity: string
}

/** Reads all records. Batches are of some megabytes at most, but for one large record. */
export interface TransferReader {
  records(): AsyncIterable<readonly TransferRecord[]>
}

/**
 * The store that is moved. All calls reject with StoreUnavailableError if it cannot answer, `E_STORE_NONE` when there is
 * none. Its records are of one moment only while it is marked, or where the store can do that without.
 */
export interface StoreExport extends TransferReader {
  mark(): Promise<MoveMark | null>
  identity(): Promise<string>
  workers(): Promise<readonly WorkerInfo[]>
  /**
   * Marks the store, so that nobody else opens it, and whoever has it open enqueues nothing more. `busy`: nothing is marked,
   * because a worker is registered.
   */
  seal(other: string): Promise<'sealed' | 'busy'>
  /** All records are elsewhere: says so to whoever opens the store. */
  markMoved(): Promise<void>
  /** Takes the mark away: the store is in use again. */
  unseal(): Promise<void>
  close(): Promise<void>
}

/** The empty store that everything is moved into. */
export interface StoreImport extends TransferReader {
  mark(): Promise<MoveMark | null>
  /** Whether nothing was ever stored in it. */
  isEmpty(): Promise<boolean>
  /** Marks the store as one that is being filled, unless it is marked so already. `used`: somebody has stored something. */
  begin(from: { readonly other: string; readonly identity: string }): Promise<'begun' | 'used'>
  /** Stores records. One that is there already stays as it is. */
  write(records: readonly TransferRecord[]): Promise<void>
  /** Counts what is counted, after the last record. */
  complete(): Promise<void>
  /** Takes the mark away: the store is in use from now on. */
  open(): Promise<void>
  /** Marks a store that is in use as one that is looked at. `busy`: nothing is marked, because a worker is registered. */
  reclaim(from: { readonly other: string; readonly identity: string }): Promise<'reclaimed' | 'busy'>
  /** Removes everything from a store that is marked: it is empty again. */
  discard(): Promise<void>
  close(): Promise<void>
}

export const hourMs = 3_600_000
const linesAtOnce = 500
const charactersAtOnce = 500_000
const samplesAtOnce = 1_000

/** Lines of one attempt as records: the same ones, however they were read. */
export class OutputCollector {
  #job: JobId = ''
  #attempt = 0
  #lines: OutputLine[] = []
  #characters = 0

  /** Answers the record that is full, or of another attempt. */
  add(job: JobId, attempt: number, line: OutputLine): readonly OutputRecord[] {
    const isFull = this.#lines.length === linesAtOnce || this.#characters > charactersAtOnce
    const full = isFull || job !== this.#job || attempt !== this.#attempt ? this.rest() : []
    this.#job = job
    this.#attempt = attempt
    this.#lines.push(line)
    this.#characters += line.text.length
    return full
  }

  rest(): readonly OutputRecord[] {
    if (this.#lines.length === 0) return []
    const record: OutputRecord = { kind: 'output', job: this.#job, attempt: this.#attempt, lines: this.#lines }
    this.#lines = []
    this.#characters = 0
    return [record]
  }
}

/** The samples of one hour as records. */
export function samplesRecords(hour: number, samples: readonly QueueSample[]): readonly SamplesRecord[] {
  const sorted = [...samples].sort((a, b) => a.at - b.at || (a.queue < b.queue ? -1 : 1))
  const records: SamplesRecord[] = []
  for (let index = 0; index < sorted.length; index += samplesAtOnce) {
    records.push({ kind: 'samples', hour, index, samples: sorted.slice(index, index + samplesAtOnce) })
  }
  return records
}

/** The statistics of one minute, in their order. */
export function statisticsRecords(minute: number | null, all: readonly TaskStatistics[]): readonly StatisticsRecord[] {
  const name = ({ task, queue }: TaskStatistics) => JSON.stringify([task, queue])
  const isCounted = ({ completed, failed, retried }: TaskStatistics) => completed + failed + retried > 0
  return all
    .filter(isCounted)
    .sort((a, b) => (name(a) < name(b) ? -1 : 1))
    .map(({ failed: _, ...counts }) => ({ kind: 'statistics', minute, counts }))
}
