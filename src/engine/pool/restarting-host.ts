import { preciseMs } from '../clock.js'
import type { ProcessExit } from '../hosts/process-exit.js'
import type { TaskHost } from '../hosts/task-host.js'

const maxPauseMs = 10_000
/** What ends a process that has nothing to do is in its modules, if it comes this soon. */
const soonMs = 60_000

/** A host that another one follows when it dies: right after, or, while they die as they load, after a pause that doubles each time. */
export class RestartingHost {
  readonly #start: () => TaskHost
  #current: TaskHost
  #exitsWhileLoading = 0
  /** How often in a row it ended without a job, soon after it was ready. */
  #idleExits = 0
  #readyAt = 0
  #pause: NodeJS.Timeout | null = null
  #isOver = false

  constructor(start: () => TaskHost) {
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
    this.#readyAt = preciseMs()
  }

  /** `idle`: no job ran in it, so that none can be what ended it. */
  exited(exit: ProcessExit, idle: boolean): void {
    if (exit.loading) this.#exitsWhileLoading++
    else this.#idleExits = idle && preciseMs() - this.#readyAt < soonMs ? this.#idleExits + 1 : 0
    if (this.#isOver) return
    const inARow = Math.max(this.#exitsWhileLoading, this.#idleExits)
    const pauseMs = inARow === 0 ? 0 : Math.min(100 * 2 ** inARow, maxPauseMs)
    this.#pause = setTimeout(() => {
      this.#current = this.#start()
    }, pauseMs)
  }

  /** The one that is there, or was there, is not followed by another. */
  stopReplacing(): void {
    this.#isOver = true
    if (this.#pause !== null) clearTimeout(this.#pause)
  }
}
