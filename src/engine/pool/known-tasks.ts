import type { Clock } from '../../domain/clock.js'
import type { TaskInfo } from '../ipc/messages.js'
import { shellTask, shellTaskInfo } from '../shell-task.js'
import type { ProcessSlot } from './process-slot.js'

// A task that a fresh process does not have: its module may be mended soon.
const loadAgainMs = 30_000

/** The tasks whose jobs can run in a pool. */
export class KnownTasks {
  readonly #clock: Clock
  /** What the process of each slot found in the task directory: while a deploy is under way, not the same. */
  readonly #found = new WeakMap<ProcessSlot, readonly string[]>()
  #infos: ReadonlyMap<string, TaskInfo> = new Map([[shellTask, shellTaskInfo]])
  readonly #lost = new Set<string>()
  #names: readonly string[] = [shellTask]
  readonly #cancelRegains = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

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
    // It has just loaded the code: a fresh process will find them too.
    for (const { name } of tasks) this.#lost.delete(name)
    this.#nameAll(shared)
  }

  /**
   * A fresh process could not load the task. It is known again after a while, and `regained` called: the next process
   * may be able to load it. False if it was not known anyway.
   */
  lose(name: string, shared: readonly ProcessSlot[], regained: () => void): boolean {
    if (!this.#names.includes(name)) return false
    this.#lost.add(name)
    this.#nameAll(shared)
    const cancel = this.#clock.after(loadAgainMs, () => {
      this.#cancelRegains.delete(cancel)
      this.#lost.delete(name)
      this.#nameAll(shared)
      regained()
    })
    this.#cancelRegains.add(cancel)
    return true
  }

  /** No lost task is known again. */
  stop(): void {
    for (const cancel of this.#cancelRegains) cancel()
  }

  /** A job may be handed to any of the processes. */
  #nameAll(shared: readonly ProcessSlot[]): void {
    const all = new Set([shellTask, ...shared.flatMap((one) => this.#found.get(one) ?? [])])
    const inAll = (name: string) => shared.every((one) => this.#found.get(one)?.includes(name) !== false)
    const names = [...all].filter((name) => inAll(name) && !this.#lost.has(name))
    if (names.join() !== this.#names.join()) this.#names = names
  }
}
