import { type ChildProcess, fork } from 'node:child_process'
import { finished } from 'node:stream/promises'
import { childEnvironment } from '../../child-environment.js'
import { debugOf } from '../../debug.js'
import type { Clock } from '../../domain/clock.js'
import { setImmediate } from '../../real-timers.js'
import type { ProcessIdentity } from '../../stores/store.js'
import { waitAtMost } from '../clock.js'
import { identify } from '../host.js'
import { describeMessage } from '../ipc/describe-message.js'

/** A Node program to fork. */
export interface ForkedProgram {
  readonly entry: string
  /** For Node itself, before the entry. */
  readonly execArgv: readonly string[]
  readonly args: readonly string[]
  readonly cwd: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ForkedListener<Received> {
  received(message: Received): void
  /** Written past the program's own capture, by native code or by a child of it. */
  wrote(stream: 'stdout' | 'stderr', text: string): void
  /** The process has ended; messages that it sent before are still read. */
  ending(): void
  exited(exit: Exit): void
}

// Only the worker logs messages: the stderr of a task process is the output of its jobs.
const debug = debugOf('ipc')

// The output of a process arrives soon after its end. A pipe that stays open longer belongs to a child that outlived
// it.
const outputGraceMs = 200
// A process without a channel ends at once, unless something blocks its loop.
const endGraceMs = 2_000

/** A Node process that leads a process group of its own, and is ended with everything in it. */
export class ForkedProcess<Sent extends object, Received> {
  readonly #clock: Clock
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  readonly #listener: ForkedListener<Received>
  #inbox: Received[] = []
  #isGone = false

  constructor(program: ForkedProgram, clock: Clock, listener: ForkedListener<Received>) {
    this.#clock = clock
    this.#listener = listener
    this.#child = fork(program.entry, [...program.args], {
      cwd: program.cwd,
      env: childEnvironment(),
      execArgv: [...program.execArgv],
      // A group of its own: Ctrl-C at the terminal is the worker's to handle, and one signal ends all it started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const { stdout, stderr } = this.#child
    stdout?.setEncoding('utf8').on('data', (text: string) => listener.wrote('stdout', text))
    stderr?.setEncoding('utf8').on('data', (text: string) => listener.wrote('stderr', text))
    this.#child.on('message', (message) => this.#receive(message as Received))
    // Not the 'close' event: it never comes when it was this side that let go of the channel.
    const pipes = [stdout, stderr].filter((pipe) => pipe != null)
    const drained = Promise.all(pipes.map((pipe) => finished(pipe).catch(() => {})))
    this.#gone = this.#exit().then(async (exit) => {
      listener.ending()
      // Children that it left would run beside the next attempt of its jobs.
      this.#signalGroup('SIGKILL')
      this.#isGone = true
      // Its last messages and output may still arrive: the channel closes after the last message.
      await waitAtMost(clock, outputGraceMs, Promise.all([this.#disconnected(), drained]))
      for (const pipe of pipes) pipe.destroy()
      this.#deliver()
      listener.exited(exit)
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get identity(): ProcessIdentity | null {
    return this.#child.pid === undefined ? null : identify(this.#child.pid)
  }

  /** Resolves when it has ended, after the last of its output was reported. */
  get closed(): Promise<void> {
    return this.#gone
  }

  send(message: Sent): void {
    debug?.(`to ${this.pid}: ${describeMessage(message)}`)
    if (this.#child.connected && !this.#isGone) this.#child.send(message)
  }

  /** Disconnects it: it ends by itself, or is killed after two seconds. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await waitAtMost(this.#clock, endGraceMs, this.#gone)
    this.kill()
    await this.#gone
  }

  /** Asks it and everything in its group to end. */
  terminate(): void {
    if (!this.#isGone) this.#signalGroup('SIGTERM')
  }

  /** Kills it and everything in its group. */
  kill(): void {
    if (!this.#isGone) this.#signalGroup('SIGKILL')
  }

  /**
   * Delivers a message after the output that was written before it. Output arrives through another pipe, in the same
   * turn of the event loop.
   */
  #receive(message: Received): void {
    this.#inbox.push(message)
    if (this.#inbox.length === 1) setImmediate(() => this.#deliver())
  }

  #deliver(): void {
    const messages = this.#inbox
    this.#inbox = []
    for (const message of messages) {
      debug?.(`from ${this.pid}: ${describeMessage(message)}`)
      this.#listener.received(message)
    }
  }

  /** Not by `once` of node:events, which rejects with the error of a message that the process cannot receive any more. */
  #disconnected(): Promise<void> {
    if (!this.#child.connected) return Promise.resolve()
    return new Promise((resolve) => this.#child.once('disconnect', () => resolve()))
  }

  #exit(): Promise<Exit> {
    return new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }))
      // A failed send is followed by an exit; a failed start is not.
      this.#child.on('error', () => this.#child.pid === undefined && resolve({ code: null, signal: null }))
    })
  }

  #signalGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      this.#child.kill(signal) // it has not made its group yet, or the group is empty
    }
  }
}
