import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { childEnvironment } from '../../child-environment.js'
import { StoreUnavailableError } from '../../domain/errors.js'
import { setImmediate } from '../../real-timers.js'
import { type Answer, type Order, receivedError } from './messages.js'

/** The Node program of a store process. */
export interface StoreProgram {
  readonly entry: string
  /** For Node itself, before the entry. */
  readonly execArgv: readonly string[]
}

/** An order that is answered, before it has its number. */
export type Question = Order extends infer One
  ? One extends { readonly call: number }
    ? Omit<One, 'call'>
    : never
  : never

interface Pending {
  readonly isWait: boolean
  resolve(value: unknown): void
  reject(reason: unknown): void
}

// A slow disk answers many calls at once, and what waits for each of them runs on: all in one turn would hold the event
// loop of the host up for milliseconds.
const answersPerTurn = 16

/** One store process, from its start to its end. It keeps the host's event loop going only while calls are pending. */
export class StoreChild {
  /** Resolves after all that is pending was answered or rejected. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #changed: (object: number) => void
  #orders: Order[] = []
  #answers: Answer[] = []
  #lastCall = 0
  /** Pending calls that are no mere waits. */
  #held = 0
  #isGone = false

  constructor({ entry, execArgv }: StoreProgram, changed: (object: number) => void) {
    this.#changed = changed
    this.#child = start(entry, execArgv)
    this.#hold(false)
    this.#child.on('message', (answers) => this.#receive(answers))
    this.ended = this.#end().then((error) => {
      this.#isGone = true
      this.#deliver(this.#answers.length)
      for (const call of [...this.#pending.keys()]) this.#take(call)?.reject(error)
    })
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Sends an order at the end of this turn of the event loop. */
  tell(order: Order): void {
    this.#orders.push(order)
    if (this.#orders.length === 1) setImmediate(() => this.#send())
  }

  /** Resolves with the answer. Rejects with the error that it has there, or StoreUnavailableError if the process ends. */
  ask(question: Question): Promise<unknown> {
    const call = ++this.#lastCall
    const isWait = question.kind === 'call' && question.isWait
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { isWait, resolve, reject })
      if (!isWait && ++this.#held === 1) this.#hold(true)
      this.tell({ ...question, call })
    })
  }

  /** Lets it end, and waits for that. */
  async end(): Promise<void> {
    this.#hold(true)
    if (this.#child.connected) this.#child.disconnect()
    await this.ended
    // Its handle is closed at the end of the next turn.
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  #send(): void {
    const orders = this.#orders
    this.#orders = []
    // Without a channel the process has ended, which rejects what is pending.
    if (!this.#child.connected) return
    try {
      this.#post(orders)
    } catch {
      // One of them has what no process can be sent. The others are of other callers.
      for (const order of orders) this.#sendAlone(order)
    }
  }

  #sendAlone(order: Order): void {
    try {
      this.#post([order])
    } catch (thrown) {
      if ('call' in order) this.#take(order.call)?.reject(thrown)
    }
  }

  #post(orders: readonly Order[]): void {
    this.#child.send(orders, () => {}) // a failed send is followed by the end
  }

  #receive(answers: unknown): void {
    if (!Array.isArray(answers)) return // of a module that somebody has loaded into it
    const isIdle = this.#answers.length === 0
    for (const answer of answers) this.#answers.push(answer)
    if (isIdle) this.#deliverSome()
  }

  #deliverSome(): void {
    this.#deliver(answersPerTurn)
    if (this.#answers.length > 0) setImmediate(() => this.#deliverSome())
  }

  #deliver(count: number): void {
    for (const answer of this.#answers.splice(0, count)) {
      if (answer.kind === 'changed') this.#changed(answer.object)
      else if (answer.kind === 'done') this.#take(answer.call)?.resolve(answer.value)
      else this.#take(answer.call)?.reject(receivedError(answer.error))
    }
  }

  #take(call: number): Pending | undefined {
    const pending = this.#pending.get(call)
    this.#pending.delete(call)
    if (pending?.isWait === false && --this.#held === 0) this.#hold(false)
    return pending
  }

  /** Whether the event loop of the host must not end. */
  #hold(isHeld: boolean): void {
    if (this.#isGone) return
    const action = isHeld ? 'ref' : 'unref'
    this.#child[action]()
    this.#child.channel?.[action]()
  }

  async #end(): Promise<StoreUnavailableError> {
    const child = this.#child
    // The channel closes after the last answer.
    const disconnected = new Promise<void>((resolve) => child.once('disconnect', () => resolve()))
    return new Promise((resolve) => {
      child.once('exit', (code, signal) =>
        disconnected.then(() => resolve(processEnded(signal ?? `exit code ${code}`))),
      )
      // A failed send is followed by an exit; a failed start is not.
      child.on('error', (error) => child.pid === undefined && resolve(notStarted(error)))
    })
  }
}

function start(entry: string, execArgv: readonly string[]): ChildProcess {
  if (!existsSync(entry)) {
    throw new StoreUnavailableError(
      'E_STORE_PROCESS',
      `the process that holds the store cannot be started: ${entry} is missing`,
      'nothing was stored; a bundler must leave this package out of the bundle (as an external one), since it has programs of its own',
    )
  }
  try {
    return fork(entry, [], {
      // The folder that the host was started in may be gone, and may have to be unmounted.
      cwd: '/',
      env: environment(),
      execArgv: [...execArgv],
      // A group of its own: a signal to the server's group must not end it before the server has closed.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  } catch (thrown) {
    throw notStarted(thrown)
  }
}

/** The host's own, without what is meant for its Node: flags, debug output, the folder of a coverage report. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(childEnvironment()).filter(([name]) => !name.startsWith('NODE_')))
}

function notStarted(thrown: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    'E_STORE_PROCESS',
    `the process that holds the store cannot be started: ${reasonOf(thrown)}`,
    'nothing was stored; look at the limits on processes and memory, and at the permissions of Node',
  )
}

function processEnded(how: string): StoreUnavailableError {
  return new StoreUnavailableError(
    'E_STORE_PROCESS',
    `the process that holds the store ended before it answered (${how})`,
    'what was asked may have been stored or not: look before you ask again',
  )
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.message
}
