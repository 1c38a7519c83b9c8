import { systemClock } from '../../engine/clock.js'
import type { Catalog, ModuleFault } from '../../engine/ipc/messages.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { watchCode } from '../../project/watch.js'
import { type Context, projectOf } from '../context.js'
import { killOnExit, type ProjectTasks } from '../project-tasks.js'
import { startTasks } from '../start-tasks.js'
import { changedConfig } from './changed-config.js'

// Most projects load within a second: a longer wait needs a message.
const slowLoadMs = 3_000

/** What happens when code has changed. */
export type ReloadEvent =
  /** Modules write while they load. */
  | { readonly kind: 'load-output'; readonly text: string }
  | { readonly kind: 'load-slow' }
  | { readonly kind: 'load-failed'; readonly why: string }
  | { readonly kind: 'module-faulty'; readonly fault: ModuleFault }
  /** A module cannot be loaded that could be before: the old code stays. */
  | { readonly kind: 'reload-refused' }
  | { readonly kind: 'reloaded' }
  /** The config cannot be used: the worker goes on with what it had. */
  | { readonly kind: 'config-refused'; readonly why: string }
  /** These settings of the config have changed: the worker ends, and another one starts with them. */
  | { readonly kind: 'config-changed'; readonly names: readonly string[] }
  /** The system has no watches left: files are looked at twice a second. */
  | { readonly kind: 'polls'; readonly code: string }
  | { readonly kind: 'unwatched'; readonly why: string }

export type ReloadListener = (event: ReloadEvent) => void

/** The signal fires when the new tasks are outdated themselves. The context has the schedules of the config as they are now. */
type UseNewTasks = (next: ProjectTasks, context: Context, outdated: AbortSignal) => Promise<void>

/**
 * Replaces the task processes of a worker whenever the code of its project changes. The old code stays if a module
 * cannot be loaded that could be before. `use` gets the new tasks before they replace the old ones. `restart` is called
 * when the config has settings that need another worker. Resolves once changes are seen, to a function that stops it.
 */
export async function reloadOnChange(
  context: Context,
  pool: TaskPool,
  use: UseNewTasks,
  restart: () => void,
  listener: ReloadListener,
): Promise<() => Promise<void>> {
  const { faults } = await pool.catalog
  const reloader = new Reloader(context, pool, faults, use, restart, listener)
  const unguard = killOnExit(() => reloader.abandon())
  const unwatch = await watchCode(projectOf(context), {
    changed: () => reloader.changed(),
    polls: (code) => listener({ kind: 'polls', code }),
    unwatched: (why) => listener({ kind: 'unwatched', why }),
  })
  return async () => {
    await reloader.stop()
    unguard()
    await unwatch()
  }
}

/** Loads changed code in a process of its own, one at a time: a newer change ends the load of an older one. */
class Reloader {
  #context: Context
  readonly #pool: TaskPool
  readonly #use: UseNewTasks
  readonly #restart: () => void
  readonly #listener: ReloadListener
  #faults: readonly ModuleFault[]
  #outdated = new AbortController()
  #isStale = false
  #isStopped = false
  #loading: TaskPool | null = null
  #running: Promise<void> | null = null

  constructor(
    context: Context,
    pool: TaskPool,
    faults: readonly ModuleFault[],
    use: UseNewTasks,
    restart: () => void,
    listener: ReloadListener,
  ) {
    this.#context = context
    this.#pool = pool
    this.#faults = faults
    this.#use = use
    this.#restart = restart
    this.#listener = listener
  }

  changed(): void {
    if (this.#isStopped) return
    this.#isStale = true
    // The change may mend a module that never finishes loading.
    this.abandon()
    this.#running ??= this.#reload().finally(() => {
      this.#running = null
    })
  }

  /** Gives up the load under way, and kills its process. */
  abandon(): void {
    this.#outdated.abort()
    this.#loading?.killNow()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.abandon()
    await this.#running
  }

  get #isOutdated(): boolean {
    return this.#isStale || this.#isStopped
  }

  async #reload(): Promise<void> {
    while (this.#isStale && !this.#isStopped) {
      this.#isStale = false
      this.#outdated = new AbortController()
      if (await this.#needsRestart()) {
        this.#isStopped = true // the worker that follows reads what changes until then
        return this.#restart()
      }
      const found = await this.#tryToLoad()
      if (found === null || this.#isOutdated) continue
      this.#faults = found.faults
      this.#pool.replaceAll()
      this.#listener({ kind: 'reloaded' })
    }
  }

  /** Looks at the config first: the code is loaded as the config says. */
  async #needsRestart(): Promise<boolean> {
    const change = await changedConfig(this.#context)
    if (this.#isOutdated) return false
    if (change.kind === 'unusable') this.#listener({ kind: 'config-refused', why: change.why })
    if (change.kind === 'schedules') this.#context = { ...this.#context, project: change.project }
    if (change.kind === 'settings') this.#listener({ kind: 'config-changed', names: change.names })
    return change.kind === 'settings'
  }

  /** What the new code has; null if it cannot be used, or if it is outdated already. */
  async #tryToLoad(): Promise<Catalog | null> {
    const cancelSlow = systemClock.after(slowLoadMs, () => this.#listener({ kind: 'load-slow' }))
    try {
      return await this.#load()
    } catch (thrown) {
      // The process that was killed for a newer change says nothing about the code.
      if (!this.#isOutdated) {
        const why = thrown instanceof Error ? thrown.message : String(thrown)
        this.#listener({ kind: 'load-failed', why })
      }
      return null
    } finally {
      cancelSlow()
    }
  }

  async #load(): Promise<Catalog | null> {
    const pool = startTasks(this.#context, null, ({ text }) => this.#listener({ kind: 'load-output', text }))
    this.#loading = pool
    try {
      const catalog = await pool.catalog
      if (this.#isOutdated) return null
      for (const fault of catalog.faults) this.#listener({ kind: 'module-faulty', fault })
      if (catalog.faults.some(({ file }) => !this.#faults.some((fault) => fault.file === file))) {
        this.#listener({ kind: 'reload-refused' })
        return null
      }
      await this.#use({ pool, catalog }, this.#context, this.#outdated.signal)
      return catalog
    } finally {
      this.#loading = null
      await pool.end()
    }
  }
}
