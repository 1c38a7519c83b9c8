import type { Clock } from '../../domain/clock.js'
import type { ProcessExit } from '../hosts/process-exit.js'
import type { TaskHost } from '../hosts/task-host.js'

const maxPauseMs = 10_000
/** A process without jobs that ends this soon was ended by its modules. */
const soonMs = 60_000

/**
 * Replaces a host that dies: at once, or after a pause that doubles each time, if hosts cannot start, die while they load
 * or die soon after without a job.
 */
export class RestartingHost {
  readonly #clock: Clock
  readonly #start: () => TaskHost
  #current: TaskHost
  #exitsWhileLoading = 0
  /** How often in a row it ended without a job, soon after it was ready. */
  #idleExits = 0
  /** How often in a row the system could not start it: out of memory or of processes, which may pass. */
  #failedStarts = 0
  #readyAt = 0
  #cancelStart = () => {}
  #isStopped = false

  constructor(clock: Clock, start: () => TaskHost) {
    this.#clock = clock
    this.#start = start
    this.#current = start()
  }

  get current(): TaskHost {
    return this.#current
  }

  /** How often in a row it ended before it was ready. */
  get exitsWhileLoading(): number {
    return this.#exitsWhileLoading
  }

  ready(): void {
    this.#exitsWhileLoading = 0
    this.#failedStarts = 0
    this.#readyAt = this.#clock.monotonicMs()
  }

  /** `idle`: no job ran in it, so none can have ended it. */
  exited(exit: ProcessExit, idle: boolean): void {
    if (exit.code === null && exit.signal === null) this.#failedStarts++
    else if (exit.loading) this.#exitsWhileLoading++
    else this.#idleExits = idle && this.#clock.monotonicMs() - this.#readyAt < soonMs ? this.#idleExits + 1 : 0
    this.#startLater()
  }

  #startLater(): void {
    if (this.#isStopped) return
    const failuresInARow = Math.max(this.#exitsWhileLoading, this.#idleExits, this.#failedStarts)
    const pauseMs = failuresInARow === 0 ? 0 : Math.min(100 * 2 ** failuresInARow, maxPauseMs)
    this.#cancelStart = this.#clock.after(pauseMs, () => {
      try {
        this.#current = this.#start()
      } catch {
        this.#failedStarts++
        this.#startLater()
      }
    })
  }

  /** Starts no further host. */
  stopReplacing(): void {
    this.#isStopped = true
    this.#cancelStart()
  }
}
