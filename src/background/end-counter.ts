import type { EndCounts } from '../domain/task-readings.js'

/** The sums of the ends of one task. */
export class EndCounter implements EndCounts {
  readonly task: string
  completed = 0
  failed = 0
  durationMs = 0

  constructor(task: string) {
    this.task = task
  }

  /** Each of them ran. */
  get ran(): number {
    return this.completed + this.failed
  }

  add(end: 'completed' | 'failed', durationMs: number): void {
    this[end] += 1
    this.durationMs += durationMs
  }
}
