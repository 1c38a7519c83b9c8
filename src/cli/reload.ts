import { type Context, projectOf } from '../app/context.js'
import { startTasks } from '../app/start-tasks.js'
import { systemClock } from '../engine/clock.js'
import type { Catalog, ModuleFault } from '../engine/ipc/messages.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import { watchCode } from '../project/watch.js'
import { say, sayOutput } from './say.js'
import type { ProjectTasks } from './session.js'

// Most projects load within a second: whoever waits longer wants to know why.
const stillLoadingMs = 3_000

type Loaded = (next: ProjectTasks) => Promise<void> | undefined

/**
 * Replaces the task processes of a worker whenever the code of its project changes. If a module cannot be loaded that
 * could be before, it says so and the old code stays. `loaded` gets what the new code has. Resolves, to how to stop, once
 * changes are seen.
 */
export async function reloadOnChange(context: Context, pool: TaskPool, loaded: Loaded): Promise<() => Promise<void>> {
  const { faults } = await pool.catalog
  const reloader = new Reloader(context, pool, faults, loaded)
  // A module whose top level never comes to an end does not even notice that its worker has gone.
  const abandon = () => reloader.abandon()
  process.once('exit', abandon)
  const unwatch = await watchCode(projectOf(context), () => reloader.changed())
  return async () => {
    await reloader.stop()
    process.off('exit', abandon)
    await unwatch()
  }
}

/** Loads changed code in a process of its own, one at a time: a newer change ends the load of an older one. */
class Reloader {
  readonly #context: Context
  readonly #pool: TaskPool
  readonly #loaded: Loaded
  #faults: readonly ModuleFault[]
  #isStale = false
  #isStopped = false
  #loading: TaskPool | null = null
  #running: Promise<void> | null = null

  constructor(context: Context, pool: TaskPool, faults: readonly ModuleFault[], loaded: Loaded) {
    this.#context = context
    this.#pool = pool
    this.#faults = faults
    this.#loaded = loaded
  }

  changed(): void {
    if (this.#isStopped) return
    this.#isStale = true
    // A module that never comes to an end may be what was mended.
    this.abandon()
    this.#running ??= this.#reload().finally(() => {
      this.#running = null
    })
  }

  /** Kills the process that loads. */
  abandon(): void {
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
      const found = await this.#tryToLoad()
      if (found === null || this.#isOutdated) continue
      this.#faults = found.faults
      this.#pool.replaceAll()
      say('the code has changed: jobs that begin now run the new one')
    }
  }

  /** What the new code has; null if it cannot be used, after saying why, or if nobody wants it any more. */
  async #tryToLoad(): Promise<Catalog | null> {
    const sayLater = systemClock.after(stillLoadingMs, () =>
      say('the code has changed: it still loads, and jobs go on with the old one'),
    )
    try {
      return await this.#load()
    } catch (thrown) {
      // The process that was killed for a newer change says nothing about the code.
      if (!this.#isOutdated) {
        say(`the code has changed, but cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      }
      return null
    } finally {
      sayLater()
    }
  }

  async #load(): Promise<Catalog | null> {
    const pool = startTasks(this.#context, null, ({ text }) => sayOutput(text))
    this.#loading = pool
    try {
      const catalog = await pool.catalog
      if (this.#isOutdated) return null
      for (const fault of catalog.faults) say(`faulty module: ${fault.message}`)
      if (catalog.faults.some(({ file }) => !this.#faults.some((fault) => fault.file === file))) {
        say('the code has changed, but not all of it can be loaded: jobs go on with the old one')
        return null
      }
      await this.#loaded({ pool, catalog })
      return catalog
    } finally {
      this.#loading = null
      await pool.end()
    }
  }
}
