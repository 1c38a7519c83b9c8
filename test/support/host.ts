import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type CliProject, environment } from './cli.js'

/** The built library, for programs to import. */
export const library = join(import.meta.dirname, '../../dist/src/index.js')

/** How a program ended, and all that it wrote to stderr. */
export interface HostEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** A program of a user's with an engine in it, at the head of a process group. */
export class Host {
  readonly ended: Promise<HostEnd>
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(project: CliProject, file: string, env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [project.path(file)], {
      cwd: project.root,
      env: { ...environment(project), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#child = child
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr }))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The next line of stdout; null at its end. */
  async line(): Promise<string | null> {
    const { done, value } = await this.#lines.next()
    return done === true ? null : value
  }

  /** Its only child. Throws if there is none, or another one. */
  storeProcess(): number {
    const children = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, parent]) => Number(parent) === this.pid)
    const [first, ...others] = children
    if (first === undefined || others.length > 0 || !first.join(' ').includes('store-process')) {
      throw new Error(`not one store process: ${JSON.stringify(children)}`)
    }
    return Number(first[0])
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  signalGroup(name: NodeJS.Signals): void {
    process.kill(-this.pid, name)
  }
}
