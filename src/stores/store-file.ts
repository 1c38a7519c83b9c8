import type { EpochMs } from '../domain/job.js'
import type { WorkerInfo } from './store.js'

/**
 * The file of a store as a whole, for those who look after it. Nothing is open between two calls. All reject with
 * StoreUnavailableError, `E_STORE_NONE` where there is no file yet. A store without a file has none of this.
 */
export interface StoreFile {
  /**
   * Copies the store as it is at one moment to another file, while others read and write. Nothing of the copy is seen
   * until it is complete and safe. In the copy no worker is registered: what ran waits on its queue again. Rejects with
   * UsageError if the target cannot be, and with the reason of the signal when it fires.
   */
  backUp(target: BackupTarget, signal: AbortSignal): Promise<Backup>
  /**
   * Brings the schema up to date. `blocking` says which of the workers, all of an older version, must end first: if it
   * names any, nothing is changed, and they are answered. Otherwise the leases of all workers end.
   */
  upgrade(blocking: (workers: readonly WorkerInfo[]) => readonly WorkerInfo[]): Promise<Upgrade>
  /** Gives space back to the disk. Nobody else can write meanwhile. */
  compact(): Promise<Compaction>
}

export interface BackupTarget {
  readonly path: string
  /** Whether a file that is there is replaced. */
  readonly replaces: boolean
}

export interface Backup {
  readonly bytes: number
  /** Which moment of the store it shows. */
  readonly at: EpochMs
  /** How many jobs were running then. In the copy they are queued. */
  readonly requeued: number
  /** How many of them cannot run again, and are failed in the copy: they read the stdin of a `run`. */
  readonly lost: number
}

/** Versions of the schema. */
export interface Upgrade {
  readonly from: number
  readonly to: number
  /** Because of whom nothing was changed. */
  readonly blockedBy: readonly WorkerInfo[]
}

/** Sizes with what is committed and not in the file yet. */
export interface Compaction {
  readonly bytesBefore: number
  readonly bytesAfter: number
}
