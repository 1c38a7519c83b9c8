import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { Fifo } from './fifo.js'
import { FunctionCall } from './function-call.js'
import { countOption, requireFunction } from './task-options.js'

export interface TaskQueueOptions {
  /** How many items wait in it at most. Default 1,000. */
  readonly maxSize?: number
}

/** A function with its arguments; `type` is what logs call it. */
export interface QueueItem<Args extends readonly unknown[]> {
  readonly type: string
  readonly function: (...args: Args) => unknown
  readonly args: Args
}

interface Putter {
  readonly call: FunctionCall
  done(): void
}

/**
 * A queue in this process, with room for so many items, that workers take from in order. Arguments are passed by
 * reference. Items that wait are gone when the process ends.
 */
export class TaskQueue {
  readonly #maxSize: number
  readonly #items = new Fifo<FunctionCall>()
  /** Taken by a worker that stopped before they had ended. */
  readonly #returned = new Fifo<FunctionCall>()
  readonly #putters = new Fifo<Putter>()
  /** Workers that wait, in the order in which they began to. */
  readonly #takers = new Set<(call: FunctionCall) => void>()
  readonly #joining: (() => void)[] = []
  #unfinished = 0

  /** Throws UsageError that names an option that is wrong or unknown. */
  constructor(options: TaskQueueOptions = {}) {
    refuseUnknownOptions(options, ['maxSize'], 'TaskQueue')
    this.#maxSize = countOption(options.maxSize ?? 1_000, 'maxSize')
  }

  /** How many items wait for a worker. */
  get size(): number {
    return this.#items.length + this.#returned.length
  }

  get maxSize(): number {
    return this.#maxSize
  }

  /**
   * Adds an item; if the queue is full, when there is room for it. Calls get room in their order, also while no worker runs.
   * Rejects with UsageError if the item is wrong.
   */
  async put<Args extends readonly unknown[]>(item: QueueItem<Args>): Promise<void> {
    const call = callOf(item, 'put()')
    this.#unfinished += 1
    if (this.#hasRoom()) this.#add(call)
    else await new Promise<void>((done) => this.#putters.push({ call, done }))
  }

  /** Adds an item and returns true; false: the queue is full. Throws UsageError if the item is wrong. */
  tryPut<Args extends readonly unknown[]>(item: QueueItem<Args>): boolean {
    const call = callOf(item, 'tryPut()')
    if (!this.#hasRoom()) return false
    this.#unfinished += 1
    this.#add(call)
    return true
  }

  /** Resolves when a worker has ended all that was put, and no `put()` waits. */
  async join(): Promise<void> {
    if (this.#unfinished > 0) await new Promise<void>((resolve) => this.#joining.push(resolve))
  }

  /**
   * For workers: takes the oldest item, and waits for one if there is none. null: the signal fired before. Each item must
   * come back by `finished` or `giveBack`.
   */
  async take(signal: AbortSignal): Promise<FunctionCall | null> {
    if (signal.aborted) return null
    const call = this.#returned.shift() ?? this.#items.shift()
    if (call !== undefined) {
      this.#letIn()
      return call
    }
    return new Promise((resolve) => {
      const leave = () => {
        this.#takers.delete(taker)
        resolve(null)
      }
      const taker = (taken: FunctionCall) => {
        signal.removeEventListener('abort', leave)
        resolve(taken)
      }
      this.#takers.add(taker)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** For workers: an item has ended, well or not. */
  finished(): void {
    this.#unfinished -= 1
    if (this.#unfinished === 0) for (const resolve of this.#joining.splice(0)) resolve()
  }

  /** For workers: an item that has not ended goes back, before all others. */
  giveBack(call: FunctionCall): void {
    if (!this.#handOver(call)) this.#returned.push(call)
  }

  #hasRoom(): boolean {
    return this.#items.length < this.#maxSize && this.#putters.length === 0
  }

  #add(call: FunctionCall): void {
    if (!this.#handOver(call)) this.#items.push(call)
  }

  /** To the worker that waits longest, if one does. */
  #handOver(call: FunctionCall): boolean {
    const [taker] = this.#takers
    if (taker === undefined) return false
    this.#takers.delete(taker)
    taker(call)
    return true
  }

  #letIn(): void {
    while (this.#items.length < this.#maxSize) {
      const putter = this.#putters.shift()
      if (putter === undefined) return
      this.#items.push(putter.call)
      putter.done()
    }
  }
}

function callOf<Args extends readonly unknown[]>(item: QueueItem<Args>, call: string): FunctionCall {
  refuseUnknownOptions(item, ['type', 'function', 'args'], call)
  const { type, function: run, args } = item
  if (typeof type !== 'string' || type === '')
    throw new UsageError('E_OPTION', `${call}: type: ${written(type)} is no name`)
  requireFunction(run, `${call}: function`, '{ type, function: send, args: [address] }')
  if (!Array.isArray(args)) throw new UsageError('E_OPTION', `${call}: args: ${written(args)} is no list of arguments`)
  return new FunctionCall(type, run as (...args: never[]) => unknown, [...args])
}
