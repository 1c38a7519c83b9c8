import type { Changes } from '../change-notifier.js'
import { type Answer, type MethodCall, type Order, sentError } from './messages.js'

/** What a store process can open: a store, or a file of an application. */
export interface Served {
  /** Its own functions can be called from outside, and nothing else. */
  readonly methods: Readonly<Record<string, unknown>>
  /** From now on; null if it has none. */
  readonly changes: Changes | null
  close(): Promise<void>
  /** Given to the opener if this process ends and another one opens the object again. */
  readonly identity: unknown
}

/** `earlier` is the identity that it had in a process that has ended; null the first time. */
export type Opener = (options: unknown, earlier: unknown) => Promise<Served>

/** Where orders come from, and answers go. */
export interface Channel {
  send(answers: readonly Answer[]): void
  onOrders(received: (orders: readonly Order[]) => void): void
}

// Nobody waits so long: the host asks again after each change.
const watchMs = 86_400_000

class ServedObject {
  readonly #served: Promise<Served>
  readonly #running = new Set<Promise<unknown>>()
  #changes: Changes | null = null
  #isWatched = false

  constructor(served: Promise<Served>) {
    this.#served = served.then((opened) => {
      this.#changes = opened.changes
      return opened
    })
    // Each call on it is answered with the error.
    this.#served.catch(() => {})
  }

  async opened(): Promise<unknown> {
    return (await this.#served).identity
  }

  call({ method, args, isWait }: MethodCall): Promise<unknown> {
    const answer = this.#served.then(({ methods }) => {
      const found = Object.hasOwn(methods, method) ? methods[method] : undefined
      if (typeof found !== 'function') throw new TypeError(`a store process has no method ${method}`)
      return Reflect.apply(found, methods, args) as unknown
    })
    if (!isWait) {
      this.#running.add(answer)
      const forget = () => this.#running.delete(answer)
      answer.then(forget, forget)
    }
    return answer
  }

  /** Resolves at the next change; null if somebody waits for that already. */
  watch(): Promise<void> | null {
    if (this.#isWatched) return null
    this.#isWatched = true
    return this.#served.then(async ({ changes }) => {
      await changes?.next(watchMs)
      this.#isWatched = false
    })
  }

  /** Whether something was stored since the last look. */
  look(): boolean {
    if (this.#changes?.isNew() !== true) return false
    void this.#changes.next(0) // it has been seen
    return true
  }

  /** After the calls that run. */
  async close(): Promise<void> {
    const served = await this.#served.catch(() => null)
    while (this.#running.size > 0) await Promise.allSettled([...this.#running])
    await served?.close()
  }
}

/** Carries out what is asked through the channel. Returns a function that closes all that is open. */
export function serve(openers: Readonly<Record<string, Opener>>, channel: Channel): () => Promise<void> {
  const objects = new Map<number, ServedObject>()
  let answers: Answer[] = []
  const answer = (one: Answer) => {
    answers.push(one)
    // After all that this turn has settled: a commit answers everybody who shared it.
    if (answers.length === 1) process.nextTick(send)
  }
  const send = () => {
    for (const [object, served] of objects) if (served.look()) answers.push({ kind: 'changed', object })
    const all = answers
    answers = []
    channel.send(all)
  }
  const settle = (call: number, result: Promise<unknown>) =>
    result.then(
      (value) => answer({ kind: 'done', call, value }),
      (thrown: unknown) => answer({ kind: 'failed', call, error: sentError(thrown) }),
    )
  const open = async (opener: string, options: unknown, earlier: unknown): Promise<Served> => {
    const found = Object.hasOwn(openers, opener) ? openers[opener] : undefined
    if (found === undefined) throw new TypeError(`a store process cannot open ${opener}`)
    return found(options, earlier)
  }
  const objectOf = (object: number): ServedObject =>
    objects.get(object) ?? new ServedObject(Promise.reject(new Error(`the store process has no object ${object}`)))
  const carryOut = (order: Order) => {
    switch (order.kind) {
      case 'open': {
        const served = new ServedObject(open(order.opener, order.options, order.earlier))
        objects.set(order.object, served)
        return settle(order.call, served.opened())
      }
      case 'call':
        return settle(order.call, objectOf(order.object).call(order))
      case 'watch':
        return objectOf(order.object)
          .watch()
          ?.then(
            () => answer({ kind: 'changed', object: order.object }),
            () => {}, // it could not be opened: whoever looks next learns why
          )
      case 'close': {
        const closing = objectOf(order.object).close()
        return settle(
          order.call,
          closing.finally(() => objects.delete(order.object)),
        )
      }
    }
  }
  channel.onOrders((orders) => {
    for (const order of orders) void carryOut(order)
  })
  return async () => {
    await Promise.allSettled([...objects.values()].map((served) => served.close()))
  }
}
