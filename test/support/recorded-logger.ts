import type { Logger } from '../../src/background/logger.js'

/** A logger whose lines can be read: `warn` or `error`, and the line. */
export interface RecordedLogger extends Logger {
  readonly lines: readonly string[]
  readonly errors: readonly unknown[]
}

export function recordedLogger(): RecordedLogger {
  const lines: string[] = []
  const errors: unknown[] = []
  return {
    lines,
    errors,
    warn: (line) => lines.push(`warn ${line}`),
    error: (line, error) => {
      lines.push(`error ${line}`)
      errors.push(error)
    },
  }
}
