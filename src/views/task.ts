/** A task as programs read it. */
export interface TaskItem {
  readonly name: string
  /** The first line of its doc comment; null if it has none. */
  readonly description: string | null
  readonly file: string
  readonly line: number
  readonly queue: string
  readonly maxRetries: number
  readonly timeoutMs: number | null
  /** Its rule as people write it, or its fault; null if it has none. */
  readonly schedule: string | null
}
