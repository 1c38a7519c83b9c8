import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type CliProject, environment } from './cli.js'

/** A command with a stdout or stderr whose pipe is full, until somebody reads it. */
export class StalledCommand {
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  readonly #fd: number
  #seen = ''
  #reader: Socket | null = null

  constructor(project: CliProject, stalled: 'stdout' | 'stderr', args: readonly string[]) {
    const path = project.path(`pipe-${args.join('-').replace(/\W/g, '-').slice(0, 50)}`)
    execFileSync('mkfifo', [path])
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    fill(this.#fd)
    const [stdout, stderr] = stalled === 'stdout' ? [this.#fd, 'ignore' as const] : ['ignore' as const, this.#fd]
    this.#child = spawn('offstage', [...args], {
      cwd: project.root,
      env: environment(project),
      stdio: ['ignore', stdout, stderr],
    })
    this.ended = once(this.#child, 'exit').then(([code]: (number | null)[]) => code ?? null)
    onTestFinished(async () => {
      this.#child.kill('SIGKILL')
      await this.ended
      if (this.#reader === null) closeSync(this.#fd)
      else this.#reader.destroy()
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Reads from now on, and forgets what it reads. */
  drain(): void {
    this.#reader = new Socket({ fd: this.#fd, readable: true, writable: false }).resume()
  }

  /** Reads all that waits, and what follows. Resolves to all of it once it matches. */
  reads(pattern: RegExp): Promise<string> {
    const socket = new Socket({ fd: this.#fd, readable: true, writable: false })
    this.#reader = socket
    return new Promise((resolve) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        this.#seen += text
        if (pattern.test(this.#seen)) resolve(this.#seen)
      })
    })
  }
}

function fill(fd: number): void {
  // In small pieces: a large one is refused as a whole.
  for (const piece of ['.'.repeat(4_096), '.']) {
    try {
      for (;;) writeSync(fd, piece)
    } catch {} // it is full
  }
}
