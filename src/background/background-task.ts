import type { Clock } from '../domain/clock.js'
import { limited } from './attempt.js'
import { Retries, type Verdict } from './retries.js'
import type { TaskSettings } from './task-options.js'
import { functionName } from './task-options.js'
import { contextOfCaller } from './task-signal.js'

export type AnyFunction = (...args: readonly never[]) => unknown

/** A function with its arguments, as they were when it was added; arguments are passed by reference. */
export class BackgroundTask {
  readonly name: string
  readonly settings: TaskSettings
  readonly #run: (...args: unknown[]) => unknown
  readonly #args: readonly unknown[]
  /** That of the request, not of whatever ends when this can start. */
  readonly #context = contextOfCaller()
  #retries: Retries | null = null

  constructor(run: AnyFunction, args: readonly unknown[], settings: TaskSettings) {
    this.name = settings.name ?? functionName(run)
    this.settings = settings
    this.#run = run as (...args: unknown[]) => unknown
    this.#args = args
  }

  /** How many attempts have failed or asked to run later. */
  get attempts(): number {
    return this.#retries?.attempts ?? 0
  }

  /** Starts an attempt. Returns what the function returns, or throws what it throws. */
  start(clock: Clock): unknown {
    const { timeoutMs } = this.settings
    if (timeoutMs === null) return this.#context(this.#run, ...this.#args)
    return this.#context(limited, () => this.#run(...this.#args), timeoutMs, clock)
  }

  /** What follows an attempt that ended with this error. */
  after(thrown: unknown): Verdict {
    this.#retries ??= new Retries(this.settings.retry)
    return this.#retries.after(thrown, Math.random)
  }
}
