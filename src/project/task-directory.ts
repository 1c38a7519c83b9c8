import { realpathSync } from 'node:fs'
import { matchesGlob } from '../domain/glob.js'
import { outsideJobs } from '../engine/current-job.js'
import type { Catalog, ModuleFault } from '../engine/ipc/messages.js'
import type { LoadedTask, LoadedTasks } from '../engine/task-process/loaded-task.js'
import type { Discovery, TaskModule } from './discover.js'
import { describeLoadError } from './load-error.js'
import { mayHaveTask } from './may-have-task.js'
import { type FoundTask, programTask, tasksOf } from './module-tasks.js'
import { hasCompiled } from './modules/compile.js'
import { hasLoaded } from './modules/hooks.js'
import { loadModule } from './modules/load-module.js'
import { withoutTwins } from './twins.js'

/**
 * The tasks of a task directory, whose modules are loaded when they are needed. A module that cannot be used is a fault
 * that names its file; every other task is there all the same.
 */
export class TaskDirectory implements LoadedTasks {
  readonly #register: (task: LoadedTask) => void
  /** Not loaded yet. */
  readonly #modules: Set<TaskModule>
  readonly #programs: Set<TaskModule>
  readonly #found: FoundTask[] = []
  readonly #faults: ModuleFault[]
  readonly #without: readonly ModuleFault[]
  #tasks: ReadonlyMap<string, FoundTask> = new Map()
  #twins: readonly ModuleFault[] = []
  #isWhole = false
  #search: Promise<void> = Promise.resolve()

  constructor({ modules, programs, faults, without }: Discovery, register: (task: LoadedTask) => void) {
    this.#register = register
    this.#modules = new Set(modules)
    this.#programs = new Set(programs)
    this.#faults = [...faults]
    this.#without = without
  }

  get faults(): readonly ModuleFault[] {
    return [...this.#faults, ...this.#twins]
  }

  get catalog(): Catalog {
    const tasks = [...this.#tasks.values()].map((task) => task.info).sort((a, b) => (a.name < b.name ? -1 : 1))
    return { tasks, faults: this.faults, isWhole: this.#isWhole, hasCompiled: hasCompiled() }
  }

  /** The task of this name, if its module is loaded. */
  task(name: string): LoadedTask | undefined {
    return this.#tasks.get(name)
  }

  /** Whether a loaded task matches `pattern`, a name or a glob. */
  has(pattern: string): boolean {
    return [...this.#tasks.keys()].some((name) => matchesGlob(pattern, name))
  }

  /**
   * Loads one by one the modules that may have the tasks of `pattern`, a name or a glob; null: all modules.
   * Calls `loading` before each of them runs.
   */
  async load(pattern: string | null, loading: (file: string) => void): Promise<void> {
    if (pattern === null) this.#isWhole = true
    const isSelected = ({ prefix }: TaskModule) => pattern === null || mayHaveTask(pattern, prefix)
    for (const module of [...this.#modules].filter(isSelected)) {
      loading(module.file)
      await this.#load(module)
    }
    for (const program of [...this.#programs].filter(isSelected)) {
      this.#programs.delete(program)
      this.#found.push(...programTask(program, this.#faults))
    }
    this.#registerFound()
  }

  /** Registers a function of a module that is not loaded yet: first of those that the loaded ones have imported. */
  find(run: object): Promise<void> {
    // One search after the other: the next one must see the modules that this one loads.
    this.#search = this.#search.then(() => outsideJobs(() => this.#find(run)))
    return this.#search
  }

  async #find(run: object): Promise<void> {
    const isImported = (module: TaskModule) => Number(hasLoaded(realpathSync(module.file)))
    for (const module of [...this.#modules].sort((a, b) => isImported(b) - isImported(a))) {
      if (this.#found.some((task) => task.run === run)) break
      await this.#load(module)
    }
    const found = this.#found.find((task) => task.run === run)
    // With it come the others that may have its name.
    if (found !== undefined) await this.load(found.name, () => {})
  }

  async #load(module: TaskModule): Promise<void> {
    this.#modules.delete(module)
    const refused = this.#without.find(({ file }) => file === module.file)
    if (refused !== undefined) {
      this.#faults.push(refused)
      return
    }
    try {
      this.#found.push(...tasksOf(module, await loadModule(module.file), this.#faults))
    } catch (thrown) {
      this.#faults.push({ file: module.file, message: describeLoadError(module.file, thrown) })
    }
  }

  #registerFound(): void {
    const { tasks, faults } = withoutTwins(this.#found)
    this.#tasks = tasks
    this.#twins = faults
    for (const task of tasks.values()) this.#register(task)
  }
}
