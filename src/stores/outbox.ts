import type { EpochMs, NewJob } from '../domain/job.js'

/**
 * Jobs that an application has written into its own SQLite file, in its own transactions, and that are to become jobs of a
 * store. Calls wait for the file's locks, without holding up anything else, and reject with StoreUnavailableError if the
 * file cannot be read. A file or a table that is not there holds no rows. Whoever opens the file must be a process in
 * which the application does not open it: a second SQLite library drops the locks of the first one without a word.
 */
export interface OutboxFile {
  /**
   * At most `limit` rows for this store or for any, the oldest first, without those that were set aside. What is answered survives a power loss, even
   * if the application's own commit was not synced.
   */
  rows(limit: number): Promise<readonly OutboxRow[]>
  /** How many rows wait for other stores, and were written before that time. */
  ofOthers(before: EpochMs): Promise<number>
  /** Removes rows for good: no power loss brings them back. */
  remove(tokens: readonly string[]): Promise<void>
  /** Keeps rows that cannot become jobs, each with its reason, and answers them no more. */
  setAside(rows: readonly RowAside[]): Promise<void>
  /**
   * Resolves as soon as rows may be there that were not when `rows` was last called, or when the time is over or the file is
   * closed. It is a hint.
   */
  next(waitMs: number): Promise<void>
  /** Closes the file after all earlier calls, and ends waits. */
  close(): Promise<void>
}

/** A row that is committed: with a job; or with the reason why it holds none, in a few words. */
export type OutboxRow = ReadableRow | RowAside

export interface ReadableRow {
  readonly id: number
  readonly token: string
  readonly job: NewJob
}

/** A row that cannot become a job. Without a token that can be used (null), it is found by its id alone. */
export interface RowAside {
  readonly id: number
  readonly token: string | null
  readonly why: string
}
