import type { Clock } from '../../domain/clock.js'
import type { TaskInfo } from '../ipc/messages.js'
import type { ProcessSlot } from './process-slot.js'

// A task that a fresh process does not have: its module may be mended soon.
const loadAgainMs = 30_000

/** The tasks whose jobs can run in a pool. */
export class KnownTasks {
  readonly #clock: Clock
  /** What the process of each slot found in the task directory: while a deploy is under way, not the same. */
  readonly #found = new WeakMap<ProcessSlot, readonly TaskInfo[]>()
  readonly #builtIn: readonly TaskInfo[]
  #infos: ReadonlyMap<string, TaskInfo>
  readonly #lost = new Set<string>()
  #names: readonly string[]
  readonly #cancelRegains = new Set<() => void>()

  constructor(builtIn: readonly TaskInfo[], clock: Clock) {
    this.#clock = clock
    this.#builtIn = builtIn
    this.#infos = new Map(builtIn.map((task) => [task.name, task]))
    this.#names = builtIn.map(({ name }) => name)
  }

  /** undefined if this project has none of that name. */
  info(name: string): TaskInfo | undefined {
    return this.#infos.get(name)
  }

  /** The built-in ones too. The same list as long as they are the same. */
  get names(): readonly string[] {
    return this.#names
  }

  /** The process of a slot has loaded the tasks; it is one of the `shared` ones. */
  async learn(slot: ProcessSlot, shared: readonly ProcessSlot[]): Promise<void> {
    const { tasks } = await slot.catalog.catch(() => ({ tasks: [] }))
    this.#found.set(slot, tasks)
    // It has just loaded the code: a fresh process will find them too.
    for (const { name } of tasks) this.#lost.delete(name)
    this.name(shared)
  }

  /**
   * A fresh process could not load the task. It is known again after a while, and `regained` called: the next process
   * may be able to load it. False if it was not known anyway.
   */
  lose(name: string, shared: readonly ProcessSlot[], regained: () => void): boolean {
    if (!this.#names.includes(name)) return false
    this.#lost.add(name)
    this.name(shared)
    const cancel = this.#clock.after(loadAgainMs, () => {
      this.#cancelRegains.delete(cancel)
      this.#lost.delete(name)
      this.name(shared)
      regained()
    })
    this.#cancelRegains.add(cancel)
    return true
  }

  /** No lost task is known again. */
  stop(): void {
    for (const cancel of this.#cancelRegains) cancel()
  }

  /** Names the tasks that all these slots have: a job may be handed to any. True if they are others than before. */
  name(shared: readonly ProcessSlot[]): boolean {
    const found = shared.flatMap((one) => this.#found.get(one) ?? [])
    this.#infos = new Map([...this.#builtIn, ...found].map((task) => [task.name, task]))
    const lacks = (one: ProcessSlot, name: string) => this.#found.get(one)?.every((task) => task.name !== name) === true
    const isKnown = (name: string) => !this.#lost.has(name) && !shared.some((one) => lacks(one, name))
    const builtIn = this.#builtIn.map(({ name }) => name)
    const names = [...builtIn, ...[...this.#infos.keys()].filter((name) => !builtIn.includes(name) && isKnown(name))]
    const hasChanged = names.join() !== this.#names.join()
    if (hasChanged) this.#names = names
    return hasChanged
  }
}
