import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { type CliProject, environment } from './cli.js'

export interface TmuxOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A real terminal: a tmux server of its own that shows one command, and then its exit code. */
export class TmuxTerminal {
  readonly #socket: string
  readonly #env: Readonly<Record<string, string>>

  constructor(project: CliProject, command: string, { columns = 120, rows = 40, env = {} }: TmuxOptions = {}) {
    this.#socket = join(project.base, 'tmux')
    const { NO_COLOR: _, ...base } = environment(project)
    this.#env = { ...base, TERM: 'xterm-256color', ...env }
    onTestFinished(() => this.#end())
    const size = ['-x', String(columns), '-y', String(rows)]
    // It stays when the command has ended, so that one can see what is left on the screen.
    const shown = `${command}; echo "exit code $?"; exec sleep 600`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-s', 'test', '-c', project.root, shown)
  }

  /** Types keys by tmux's names, such as `Enter` and `C-c`; other texts as they are. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.#tmux('send-keys', '-t', 'test', key)
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'test')
  }

  /** The screen with escape codes for its colours. */
  colouredScreen(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-t', 'test')
  }

  /** Resolves to the screen when it shows what is looked for. */
  shows(what: RegExp): Promise<string> {
    return vi.waitFor(
      () => {
        const screen = this.screen()
        expect(screen).toMatch(what)
        return screen
      },
      { timeout: 20_000, interval: 100 },
    )
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'test', '-x', String(columns), '-y', String(rows))
  }

  /** Such as `alternate_on`, `cursor_flag` or `pane_title`. */
  fact(name: string): string {
    return this.#tmux('display-message', '-p', '-t', 'test', `#{${name}}`).trim()
  }

  /** The process that draws on the terminal now. */
  pid(program: string): number {
    const shell = this.fact('pane_pid')
    const lines = execFileSync('ps', ['--ppid', shell, '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n')
    return Number.parseInt(lines.find((line) => line.includes(program)) ?? '', 10)
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', env: this.#env })
  }

  #end(): void {
    try {
      this.#tmux('kill-server')
    } catch {
      // It has ended already.
    }
  }
}
