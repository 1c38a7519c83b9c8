import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '../../domain/clock.js'
import type { Usage } from '../../domain/job.js'
import { Utf8Check } from '../../domain/text.js'
import type { ProcessIdentity } from '../../stores/store.js'
import { identify } from '../host.js'
import { CommandStdin, type StdinSource } from './command-stdin.js'
import { CommandUsage } from './command-usage.js'
import type { Exit } from './forked-process.js'
import { passOn, readRest } from './output-streams.js'
import type { Pipe, Pipes } from './pipes.js'

/** A program to run, as the operating system takes it. */
export interface CommandLine {
  readonly file: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly stdin: StdinSource
}

/** The standard streams of this process, as a command in the foreground has them, beside the record of its job. */
export interface OuterStreams {
  readonly stdin: StdinSource
  readonly stdout: Writable
  readonly stderr: Writable
}

export interface CommandListener {
  wrote(stream: 'stdout' | 'stderr', text: string): void
  /** It could not be started. */
  failed(error: NodeJS.ErrnoException): void
  /** It has ended with all its children, and its output was reported. */
  exited(exit: Exit, usage: Usage): void
}

/** A program in a process group of its own, which ends as a whole. To make one may throw what `spawn` throws. */
export class Command {
  readonly #clock: Clock
  readonly #child: ChildProcess
  readonly #outputs: readonly Readable[]
  readonly #stdin: CommandStdin
  readonly #usage: CommandUsage | null
  readonly #listener: CommandListener
  readonly #gone: Promise<{ readonly exit: Exit; readonly usage: Usage }>
  readonly #stdoutCheck = new Utf8Check()
  #isGone = false

  constructor({ file, argv, cwd, env, stdin }: CommandLine, pipes: Pipes, clock: Clock, listener: CommandListener) {
    this.#clock = clock
    const input = new CommandStdin(stdin, pipes)
    this.#stdin = input
    const outputPipes = pipes.take(2)
    // Throws for what the operating system does not take at all, such as an argument that is too long.
    const start = (stdout: Output, stderr: Output) => {
      const child = spawn(file, [...argv], { cwd, env, detached: true, stdio: [input.stdio, stdout, stderr] })
      // Before anything else can fail: the error comes all the same.
      child.on('error', (error) => {
        if (child.pid === undefined) listener.failed(error)
      })
      return child
    }
    let started: Started | null = null
    try {
      started = outputPipes === null ? withSockets(start) : withPipes(start, outputPipes)
    } finally {
      input.started(started?.child ?? null, () => this.kill())
    }
    const { child, outputs } = started
    this.#child = child
    this.#outputs = outputs
    const { pid } = this.#child
    this.#usage = pid === undefined ? null : new CommandUsage(pid, clock)
    this.#listener = listener
    this.#gone = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        const usage = this.#usage?.end() ?? { peakBytes: null, cpuMs: null }
        // Children that it left would run beside the next attempt of the job.
        this.kill()
        this.#isGone = true
        resolve({ exit: { code, signal }, usage })
      })
    })
  }

  /**
   * Reports its output from the beginning, and its end, but not before `known` has resolved. `outer` gets its stdout
   * and stderr as they are, byte for byte.
   */
  listen(known: Promise<void>, outer: OuterStreams | null): void {
    const pipes = this.#outputs
    if (outer !== null) {
      pipes.forEach((pipe, index) => {
        passOn(pipe, index === 0 ? outer.stdout : outer.stderr, this.#gone)
      })
    }
    const drained = Promise.all(pipes.map((pipe) => finished(pipe, { writable: false }).catch(() => {})))
    pipes.forEach((pipe, index) => {
      const decoder = new StringDecoder('utf8')
      const isStdout = index === 0
      // Read at once: output that is unread when the program ends is lost.
      pipe.on('data', (data: Buffer) => {
        if (isStdout) this.#stdoutCheck.add(data)
        const text = decoder.write(data)
        void known.then(() => this.#listener.wrote(isStdout ? 'stdout' : 'stderr', text))
      })
    })
    void Promise.all([known, this.#gone]).then(async ([, { exit, usage }]) => {
      await readRest(pipes, drained, this.#clock)
      for (const pipe of pipes) pipe.destroy()
      this.#listener.exited(exit, usage)
    })
  }

  /** Whether all that it wrote to stdout is UTF-8: the rest was passed on as U+FFFD. */
  get hasUtf8Output(): boolean {
    return this.#stdoutCheck.isUtf8
  }

  /** Why it was ended before it had all its input; null if it was not. */
  get inputFault(): Error | null {
    return this.#stdin.fault
  }

  /** Also the number of its process group; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
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
    } catch {} // the group is empty
  }
}

type Output = 'pipe' | number
type Start = (stdout: Output, stderr: Output) => ChildProcess

interface Started {
  readonly child: ChildProcess
  readonly outputs: readonly Readable[]
}

function withSockets(start: Start): Started {
  const child = start('pipe', 'pipe')
  return { child, outputs: [child.stdout, child.stderr].filter((stream) => stream != null) }
}

/** The child has its ends once it is started; as long as this process had them too, no pipe would come to its end. */
function withPipes(start: Start, pipes: readonly Pipe[]): Started {
  const [stdout, stderr] = pipes as readonly [Pipe, Pipe]
  try {
    const child = start(stdout.writeEnd, stderr.writeEnd)
    const reading = (fd: number) => new Socket({ fd, readable: true, writable: false })
    return { child, outputs: [reading(stdout.readEnd), reading(stderr.readEnd)] }
  } catch (thrown) {
    for (const { readEnd } of pipes) closeSync(readEnd)
    throw thrown
  } finally {
    for (const { writeEnd } of pipes) closeSync(writeEnd)
  }
}
