/** How much a line of the log matters. */
export type Level = 'info' | 'warning' | 'error'

/** One thing that happened to a worker or a scheduler. */
export interface Entry {
  readonly level: Level
  /** Its kind, such as `job.ended`. The kinds and their facts are in docs/command-line.md. */
  readonly event: string
  /** One line for people, masked. */
  readonly text: string
  /** The same for programs, masked. Durations are milliseconds, times ISO texts. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** An entry without facts. */
export function remark(text: string, level: Level = 'info'): Entry {
  return { level, event: 'message', text, facts: {} }
}

/** The kind of a line that a task has printed: it alone may have colours. */
export const outputEvent = 'task.output'
