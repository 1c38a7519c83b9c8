import type { Clock } from '../../domain/clock.js'
import { type Entry, remark } from './entry.js'

// Nobody reads more in a second.
const maxLines = 20
const windowMs = 1_000

/**
 * Passes on at most twenty lines a second about jobs that start and end as they should, and twenty about others. It
 * then says how many more there were.
 */
export class JobLineLimit {
  readonly #clock: Clock
  readonly #pass: (entry: Entry) => void
  readonly #shown = { started: 0, completed: 0, other: 0 }
  readonly #left = { started: 0, ended: 0, failed: 0 }
  #cancel: (() => void) | null = null

  constructor(clock: Clock, pass: (entry: Entry) => void) {
    this.#clock = clock
    this.#pass = pass
  }

  readonly entry = (entry: Entry): void => {
    const { event, level } = entry
    if (event !== 'job.started' && event !== 'job.ended') {
      this.#pass(entry)
      return
    }
    this.#cancel ??= this.#clock.after(windowMs, () => this.close())
    const kind = level !== 'info' ? 'other' : event === 'job.started' ? 'started' : 'completed'
    if (this.#shown[kind]++ < maxLines) this.#pass(entry)
    else this.#leave(event, level)
  }

  #leave(event: string, level: Entry['level']): void {
    if (event === 'job.started') this.#left.started++
    else this.#left.ended++
    if (level !== 'info') this.#left.failed++
  }

  /** Says what was left out of the last second. */
  close(): void {
    this.#cancel?.()
    this.#cancel = null
    const { started, ended, failed } = this.#left
    if (started + ended > 0) {
      const failures = failed === 0 ? '' : `, ${countText(failed)} of them failed`
      this.#pass(
        remark(`... ${countText(started)} more jobs started, ${countText(ended)} ended${failures} in the last second`),
      )
    }
    Object.assign(this.#shown, { started: 0, completed: 0, other: 0 })
    Object.assign(this.#left, { started: 0, ended: 0, failed: 0 })
  }
}

function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
