import type { Clock } from '../domain/clock.js'
import { isOf } from '../domain/error-class.js'
import { isThenable } from '../domain/thenable.js'
import type { BackgroundTask } from './background-task.js'
import { Fifo } from './fifo.js'
import { longestTurnMs } from './turn.js'

/** Gets what becomes of tasks. Must not throw. */
export interface TaskReports<Task extends BackgroundTask> {
  completed?(task: Task): void
  attemptFailed(task: Task, waitMs: number, error: unknown): void
  failed(task: Task, error: unknown): void
}

interface Run {
  readonly ended: Promise<void>
  resolve(): void
  reject(error: unknown): void
  /** Why it starts no more tasks. */
  stopped: { readonly error: unknown } | null
}

/** Runs tasks in the order in which they were added, a limited number at a time. */
export class Executor<Task extends BackgroundTask = BackgroundTask> {
  readonly #maxConcurrent: number
  readonly #continueOnError: boolean
  readonly #clock: Clock
  readonly #reports: TaskReports<Task>
  readonly #added = new Fifo<Task>()
  /** Their wait for a retry is over. They are older than those that were added. */
  readonly #due = new Fifo<Task>()
  /** They wait for a retry, and take no place. With how to end the wait. */
  readonly #waiting = new Map<Task, () => void>()
  #running = 0
  #run: Run | null = null
  #isStarting = false
  #willStart = false
  #turnStartedMs: number | null = null
  #isTurnOver = false
  #repeats = true

  constructor(maxConcurrent: number, continueOnError: boolean, clock: Clock, reports: TaskReports<Task>) {
    this.#maxConcurrent = maxConcurrent
    this.#continueOnError = continueOnError
    this.#clock = clock
    this.#reports = reports
  }

  /** How many tasks have not started, or wait for a retry. */
  get pending(): number {
    return this.#added.length + this.#due.length + this.#waiting.size
  }

  get running(): number {
    return this.#running
  }

  add(task: Task): void {
    this.#added.push(task)
    this.#startSoon()
  }

  /** Runs all tasks, also those that are added meanwhile. Resolves when all have ended; all callers get the same run. */
  execute(): Promise<void> {
    const ended = this.#begin()
    this.#startSome()
    return ended
  }

  /** The same, but no function is called before the next turn of the event loop. */
  start(): Promise<void> {
    const ended = this.#begin()
    this.#startSoon()
    return ended
  }

  /** Resolves when the present run has ended, if there is one. */
  async drain(): Promise<void> {
    await this.#run?.ended.catch(() => {})
  }

  /** Removes all that is pending; returns how many tasks that were. */
  clear(): number {
    const count = this.pending
    this.#added.clear()
    this.#due.clear()
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
    this.#endIfDone()
    return count
  }

  /** Gives up what is pending, and what asks for another attempt from now on. Resolves when what runs has ended. */
  end(): Promise<void> {
    this.#repeats = false
    this.clear()
    return this.drain()
  }

  #begin(): Promise<void> {
    if (this.#run !== null) return this.#run.ended
    if (this.pending === 0 && this.#running === 0) return Promise.resolve()
    this.#run = newRun()
    return this.#run.ended
  }

  /** Whoever adds tasks, such as a request that has to be answered, does not wait for a function that takes long. */
  #startSoon(): void {
    if (this.#willStart || this.#isStarting || this.#run === null) return
    this.#willStart = true
    void this.#clock.sleep(0).then(() => {
      this.#willStart = false
      this.#startSome()
    })
  }

  #startSome(): void {
    // A task that ends at once comes back here; the loop below goes on by itself then.
    if (this.#isStarting || this.#run === null || this.#run.stopped !== null) return
    this.#isStarting = true
    while (this.#run?.stopped === null && this.#running < this.#maxConcurrent && this.#hasTurn()) {
      const task = this.#due.shift() ?? this.#added.shift()
      if (task === undefined) break
      this.#start(task)
    }
    this.#isStarting = false
    // Functions that return or throw at once have ended in the loop.
    this.#endIfDone()
  }

  #hasTurn(): boolean {
    if (this.#isTurnOver) return false
    const now = this.#clock.monotonicMs()
    if (this.#turnStartedMs === null) {
      this.#turnStartedMs = now
      void this.#clock.sleep(0).then(() => this.#nextTurn())
    }
    this.#isTurnOver = now - this.#turnStartedMs > longestTurnMs
    return !this.#isTurnOver
  }

  #nextTurn(): void {
    this.#turnStartedMs = null
    if (!this.#isTurnOver) return
    this.#isTurnOver = false
    this.#startSome()
  }

  #start(task: Task): void {
    this.#running += 1
    try {
      const returned = task.start(task.settings.timeoutMs, this.#clock)
      if (isThenable(returned)) {
        const running = isOf(returned, Promise) ? returned : Promise.resolve(returned)
        running.then(
          () => this.#completed(task),
          (thrown) => this.#failed(task, thrown),
        )
      } else this.#completed(task)
    } catch (thrown) {
      this.#failed(task, thrown)
    }
  }

  #completed(task: Task): void {
    this.#running -= 1
    this.#reports.completed?.(task)
    this.#next()
  }

  #failed(task: Task, thrown: unknown): void {
    this.#running -= 1
    const verdict = task.after(thrown, task.settings.retry)
    if (verdict.kind === 'failed' || (verdict.isFailure && !this.#repeats)) {
      const error = verdict.kind === 'failed' ? verdict.error : thrown
      this.#reports.failed(task, error)
      if (!this.#continueOnError) this.#stop(error)
    } else if (this.#repeats) {
      if (verdict.isFailure) this.#reports.attemptFailed(task, verdict.waitMs, thrown)
      this.#wait(task, verdict.waitMs)
    }
    this.#next()
  }

  #wait(task: Task, waitMs: number): void {
    if (this.#run === null || this.#run.stopped !== null) {
      this.#due.push(task)
      return
    }
    const cancel = this.#clock.after(waitMs, () => {
      this.#waiting.delete(task)
      this.#due.push(task)
      this.#startSome()
    })
    this.#waiting.set(task, cancel)
  }

  /** Starts nothing more in this run. What waits for a retry is due in the next one. */
  #stop(error: unknown): void {
    if (this.#run === null || this.#run.stopped !== null) return
    this.#run.stopped = { error }
    for (const [task, cancel] of this.#waiting) {
      cancel()
      this.#due.push(task)
    }
    this.#waiting.clear()
  }

  #next(): void {
    this.#startSome()
    this.#endIfDone()
  }

  #endIfDone(): void {
    const run = this.#run
    if (run === null || this.#running > 0 || this.#isStarting) return
    if (run.stopped !== null) {
      this.#run = null
      run.reject(run.stopped.error)
    } else if (this.pending === 0) {
      this.#run = null
      run.resolve()
    }
  }
}

function newRun(): Run {
  let settle: Pick<Run, 'resolve' | 'reject'> | undefined
  const ended = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  if (settle === undefined) throw new Error('a promise has not called its executor')
  return { ended, ...settle, stopped: null }
}
