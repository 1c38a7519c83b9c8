import type { Clock } from '../domain/clock.js'
import type { Retry } from '../domain/retry.js'
import { hasEnded, jobOfCaller, outsideJobs } from '../engine/current-job.js'
import { limited } from './attempt.js'
import { Retries, type Verdict } from './retries.js'
import { contextOfCaller } from './task-signal.js'

export type AnyFunction = (...args: never[]) => unknown

/** A function with its arguments, which are passed by reference, and the count of its attempts. */
export class FunctionCall {
  /** What logs call it. */
  readonly name: string
  readonly #run: (...args: unknown[]) => unknown
  readonly #args: readonly unknown[]
  /** That of the request, not of whatever ends when this can start. */
  readonly #context = contextOfCaller()
  /** The job that has added it. */
  readonly #job = jobOfCaller()
  #retries: Retries | null = null

  constructor(name: string, run: AnyFunction, args: readonly unknown[]) {
    this.name = name
    this.#run = run as (...args: unknown[]) => unknown
    this.#args = args
  }

  /** How many attempts have failed or asked to run later. */
  get attempts(): number {
    return this.#retries?.attempts ?? 0
  }

  /**
   * Starts an attempt. Returns what the function returns, or throws what it throws. `timeoutMs`: null for no limit. It is
   * part of the job that has added it, unless that has ended.
   */
  start(timeoutMs: number | null, clock: Clock): unknown {
    if (this.#job !== undefined && hasEnded(this.#job)) {
      return this.#context.runInAsyncScope(() => outsideJobs(() => this.#attempt(timeoutMs, clock)))
    }
    if (timeoutMs === null) return this.#context.runInAsyncScope(this.#run, undefined, ...this.#args)
    return this.#context.runInAsyncScope(() => this.#attempt(timeoutMs, clock))
  }

  #attempt(timeoutMs: number | null, clock: Clock): unknown {
    const run = this.#run // not called as a method
    const args = this.#args
    return timeoutMs === null ? run(...args) : limited(() => run(...args), timeoutMs, clock)
  }

  /** What follows an attempt that ended with this error. */
  after(thrown: unknown, retry: Retry): Verdict {
    this.#retries ??= new Retries()
    return this.#retries.after(thrown, retry, Math.random)
  }
}
