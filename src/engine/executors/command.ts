import { type ChildProcess, spawn } from 'node:child_process'
import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import type { Usage } from '../../domain/job.js'
import type { ProcessIdentity } from '../../stores/store.js'
import { identify } from '../host.js'
import { CommandUsage } from './command-usage.js'
import type { Exit } from './forked.js'

/** A program to run, as the operating system takes it. */
export interface CommandLine {
  readonly file: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly stdin: string
}

export interface CommandListener {
  wrote(stream: 'stdout' | 'stderr', text: string): void
  /** It could not be started. */
  failed(error: NodeJS.ErrnoException): void
  /** It has ended, with all that it had started; what it wrote has been told. */
  exited(exit: Exit, usage: Usage): void
}

// What was written arrives soon after the end; a pipe that stays open longer is held by a process that got away.
const outputGraceMs = 200

/** A program in a process group of its own, which ends as a whole. To make one may throw what `spawn` throws. */
export class Command {
  readonly #child: ChildProcess
  readonly #usage: CommandUsage | null
  readonly #listener: CommandListener
  readonly #gone: Promise<{ readonly exit: Exit; readonly usage: Usage }>
  #isGone = false

  constructor({ file, argv, cwd, env, stdin }: CommandLine, listener: CommandListener) {
    // Throws for what the operating system does not take at all, such as an argument that is too long.
    this.#child = spawn(file, [...argv], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const { pid } = this.#child
    this.#usage = pid === undefined ? null : new CommandUsage(pid)
    this.#child.once('error', (error) => {
      if (pid === undefined) listener.failed(error)
    })
    this.#listener = listener
    this.#gone = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        const usage = this.#usage?.end() ?? { peakBytes: null, cpuMs: null }
        // What it started and left would go on beside the next run of the job.
        this.kill()
        this.#isGone = true
        resolve({ exit: { code, signal }, usage })
      })
    })
    this.#child.stdin?.on('error', () => {}) // it need not read
    this.#child.stdin?.end(stdin)
  }

  /** Tells what it writes, from the beginning, and its end; neither before `known` has resolved. */
  listen(known: Promise<void>): void {
    const pipes = [this.#child.stdout, this.#child.stderr].filter((pipe) => pipe != null)
    const drained = Promise.all(pipes.map((pipe) => finished(pipe).catch(() => {})))
    pipes.forEach((pipe, index) => {
      const decoder = new StringDecoder('utf8')
      // Read at once: what nobody reads when a program ends is thrown away.
      pipe.on('data', (data: Buffer) => {
        const text = decoder.write(data)
        void known.then(() => this.#listener.wrote(index === 0 ? 'stdout' : 'stderr', text))
      })
    })
    void Promise.all([known, this.#gone]).then(async ([, { exit, usage }]) => {
      await Promise.race([drained, passed(outputGraceMs)])
      for (const pipe of pipes) pipe.destroy()
      this.#listener.exited(exit, usage)
    })
  }

  get identity(): ProcessIdentity | null {
    return this.#child.pid === undefined ? null : identify(this.#child.pid)
  }

  terminate(): void {
    this.#signal('SIGTERM')
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child
    if (pid === undefined || this.#isGone) return
    try {
      process.kill(-pid, signal)
    } catch {} // nobody is left in the group
  }
}

function passed(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs).unref())
}
