import { readFileSync } from 'node:fs'
import type { Clock } from '../../domain/clock.js'
import type { Usage } from '../../domain/job.js'

const firstLookMs = 20
const lookEveryMs = 250
/** The kernel's clock ticks: a hundred a second on every Linux that Node runs on. */
const tickMs = 10

/**
 * Samples the usage of a program while it runs (Linux only): its peak memory, and its CPU time with that of children
 * it has waited for. Usage after the last sample is not counted.
 */
export class CommandUsage {
  readonly #pid: number
  readonly #clock: Clock
  #cancelLook: () => void
  #peakBytes: number | null = null
  #cpuMs: number | null = null

  constructor(pid: number, clock: Clock) {
    this.#pid = pid
    this.#clock = clock
    this.#cancelLook = clock.after(firstLookMs, () => this.#look())
  }

  end(): Usage {
    this.#cancelLook()
    return { peakBytes: this.#peakBytes, cpuMs: this.#cpuMs }
  }

  #look(): void {
    try {
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'))
      if (peak !== null) this.#peakBytes = Number(peak[1]) * 1024
      const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // utime, stime and those of the children, fields 14 to 17 of the whole line.
      this.#cpuMs = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * tickMs
    } catch {
      return // it has ended, or there is no /proc
    }
    this.#cancelLook = this.#clock.after(lookEveryMs, () => this.#look())
  }
}
