import { basename, extname, sep } from 'node:path'
import type { FSWatcher } from 'chokidar'
import type { Project } from './find.js'

const codeExtensions = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.json'])
// An editor writes a file in several steps, and a checkout many files.
const settleMs = 100
// Each poll asks for the times of all files.
const pollMs = 500

/** Hears of changes. */
export interface WatchListener {
  /** Some moments after code has changed. */
  changed(): void
  /** The system has no watches left (`ENOSPC`, `EMFILE`): from now on the files are looked at twice a second. Once. */
  polls(code: string): void
  /** Something cannot be watched; all else is. */
  unwatched(why: string): void
}

/**
 * Watches the code of a project: the files of its task directory, and modules anywhere else in it, its config among
 * them, but for installed packages and hidden folders. Resolves, to how to stop, once changes are seen.
 */
export async function watchCode(project: Project, listener: WatchListener): Promise<() => Promise<void>> {
  const watcher = new CodeWatcher(project, listener, (await import('chokidar')).watch)
  await watcher.start()
  return () => watcher.stop()
}

class CodeWatcher {
  readonly #project: Project
  readonly #listener: WatchListener
  readonly #watch: typeof import('chokidar').watch
  #watcher: FSWatcher | null = null
  #polling: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(project: Project, listener: WatchListener, watch: typeof import('chokidar').watch) {
    this.#project = project
    this.#listener = listener
    this.#watch = watch
  }

  async start(): Promise<void> {
    await this.#open(false)
    await this.#polling
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#polling
    clearTimeout(this.#timer)
    await this.#watcher?.close()
  }

  /** Resolves when changes are seen, or when it is clear that none will be. */
  #open(usePolling: boolean): Promise<void> {
    const { root, tasksFolder } = this.#project
    const ignored = (path: string) => path !== root && /^\.|^node_modules$/.test(basename(path))
    const options = { ignoreInitial: true, ignored, usePolling, interval: pollMs }
    return new Promise((resolve) => {
      const watcher = this.#watch([root, tasksFolder], options)
      this.#watcher = watcher
      watcher.on('all', (_, path) => this.#changed(path))
      // Without a listener it would end the worker, and leave its jobs running.
      watcher.on('error', (thrown) => {
        const { code, message } = thrown as NodeJS.ErrnoException
        const isUsedUp = code === 'ENOSPC' || code === 'EMFILE'
        if (isUsedUp && !usePolling) this.#polling ??= this.#poll(watcher, code)
        else this.#listener.unwatched(message)
        resolve()
      })
      watcher.once('ready', () => resolve())
    })
  }

  async #poll(used: FSWatcher, code: string): Promise<void> {
    await used.close()
    if (this.#isStopped) return
    this.#listener.polls(code)
    await this.#open(true)
  }

  #changed(path: string): void {
    if (!path.startsWith(this.#project.tasksFolder + sep) && !codeExtensions.has(extname(path))) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#listener.changed(), settleMs)
  }
}
