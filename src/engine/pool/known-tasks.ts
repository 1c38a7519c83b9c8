import type { TaskInfo } from '../ipc/messages.js'
import { shellTask, shellTaskInfo } from '../shell-task.js'
import type { ProcessSlot } from './process-slot.js'

/** The tasks whose jobs can run in a pool. */
export class KnownTasks {
  /** What the process of each slot found in the task directory: while a deploy is under way, not the same. */
  readonly #found = new WeakMap<ProcessSlot, readonly string[]>()
  #infos: ReadonlyMap<string, TaskInfo> = new Map([[shellTask, shellTaskInfo]])
  #names: readonly string[] = [shellTask]

  /** undefined if this project has none of that name. */
  info(name: string): TaskInfo | undefined {
    return this.#infos.get(name)
  }

  /** The built-in one too. The same list as long as they are the same. */
  get names(): readonly string[] {
    return this.#names
  }

  /** The process of a slot has loaded the tasks; it is one of the `shared` ones. */
  async learn(slot: ProcessSlot, shared: readonly ProcessSlot[]): Promise<void> {
    const { tasks } = await slot.catalog.catch(() => ({ tasks: [] }))
    this.#infos = new Map([shellTaskInfo, ...tasks].map((task) => [task.name, task]))
    this.#found.set(slot, [...this.#infos.keys()])
    // A job may be handed to any of them.
    const all = new Set([shellTask, ...shared.flatMap((one) => this.#found.get(one) ?? [])])
    const inAll = (name: string) => shared.every((one) => this.#found.get(one)?.includes(name) !== false)
    const names = [...all].filter(inAll)
    if (names.join() !== this.#names.join()) this.#names = names
  }
}
