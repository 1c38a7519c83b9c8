import type { Clock } from '../domain/clock.js'
import type { Duration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { parseTimeout } from '../domain/request.js'
import { parseRetry, type Retry, type RetryOptions } from '../domain/retry.js'
import { hostClock } from '../engine/clock.js'
import type { FunctionCall } from './function-call.js'
import { type Logger, SafeLogger } from './logger.js'
import { attemptFailedLine, taskFailedLine } from './report.js'
import { noRetry } from './retries.js'
import { TaskQueue } from './task-queue.js'
import { longestTurnMs } from './turn.js'

export interface WorkerOptions {
  /** Gets a line for each failed attempt and each failed item. Default: `console`. */
  readonly logger?: Logger
  /** A `RetryPolicy` or its options. The worker waits with its item, so keep waits short. Default: no retry. */
  readonly retry?: RetryOptions
  /** Limit of one attempt; false for none. Default: none. */
  readonly timeout?: Duration | false
  /** For tests: `createTestClock()`. Default: the timers and the Date of this process, also faked ones. */
  readonly clock?: Clock
}

/** Takes items from a queue and runs them, one after the other. Several workers may share a queue. */
export class Worker {
  readonly name: string
  readonly #queue: TaskQueue
  readonly #logger: SafeLogger
  readonly #retry: Retry
  readonly #timeoutMs: number | null
  readonly #clock: Clock
  #stopping = new AbortController()
  #run: Promise<void> | null = null

  /** `name` stands in logs. Throws UsageError that names what is wrong. */
  constructor(queue: TaskQueue, name: string, options: WorkerOptions = {}) {
    if (!(queue instanceof TaskQueue)) throw new UsageError('E_OPTION', `Worker: ${written(queue)} is no TaskQueue`)
    if (typeof name !== 'string' || name === '') {
      throw new UsageError('E_OPTION', `Worker: ${written(name)} is no name of a worker`)
    }
    refuseUnknownOptions(options, ['logger', 'retry', 'timeout', 'clock'], 'Worker')
    this.name = name
    this.#queue = queue
    this.#logger = new SafeLogger(options.logger ?? console, 'logger')
    this.#retry = options.retry === undefined ? noRetry : parseRetry(options.retry, 'retry')
    this.#timeoutMs = parseTimeout(options.timeout ?? false, 'timeout')
    this.#clock = options.clock ?? hostClock
  }

  get isRunning(): boolean {
    return this.#run !== null
  }

  /**
   * Runs items until `stop()`, and resolves then; it never rejects. It does not keep the process alive while the queue is
   * empty. A second call is the same run. After `stop()` it runs again, as soon as the run before has ended.
   */
  run(): Promise<void> {
    const before = this.#run
    if (before !== null && !this.#stopping.signal.aborted) return before
    this.#stopping = new AbortController()
    const { signal } = this.#stopping
    const working = before === null ? this.#work(signal) : before.then(() => this.#work(signal))
    const run = working.finally(() => {
      if (this.#run === run) this.#run = null
    })
    this.#run = run
    return run
  }

  /**
   * Takes no more items, and resolves when the running one has ended. One that waits for a retry goes back to the queue.
   * What is in the queue stays there.
   */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#run
  }

  async #work(stopping: AbortSignal): Promise<void> {
    let turnStartedMs = this.#clock.monotonicMs()
    for (;;) {
      if (this.#clock.monotonicMs() - turnStartedMs > longestTurnMs) {
        await this.#clock.sleep(0)
        turnStartedMs = this.#clock.monotonicMs()
      }
      const call = await this.#queue.take(stopping)
      if (call === null) return
      if (await this.#hasEnded(call, stopping)) this.#queue.finished()
      else this.#queue.giveBack(call)
    }
  }

  /** Runs an item up to its end. False: the worker stops while it waits for a retry. */
  async #hasEnded(call: FunctionCall, stopping: AbortSignal): Promise<boolean> {
    const label = `${this.name}: ${call.name}`
    for (;;) {
      try {
        await call.start(this.#timeoutMs, this.#clock)
        return true
      } catch (error) {
        const verdict = call.after(error, this.#retry)
        if (verdict.kind === 'failed') {
          this.#logger.error(taskFailedLine(label, call.attempts, verdict.error), verdict.error)
          return true
        }
        const { waitMs, isFailure } = verdict
        if (isFailure) this.#logger.warn(attemptFailedLine(label, call.attempts, this.#retry, waitMs, error))
        if (stopping.aborted) return false
        await this.#clock.sleep(waitMs, stopping)
        if (stopping.aborted) return false
      }
    }
  }
}
