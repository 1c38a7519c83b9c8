import type { Statements } from './statements.js'

/** The states of which the jobs are counted as they come and go; of the others rows are counted, or those of `backlogs`. */
export const countedStates = ['scheduled', 'completed', 'failed', 'cancelled'] as const
const counted = [...countedStates, 'removed'] as const
export type CountedState = (typeof counted)[number]

/**
 * How many jobs are in which state, by queue, and how many are ready, by queue and task. Whoever moves a job says so here; the
 * changes of one transaction are written together, before anything in it that reads them and at its end.
 */
export class Counters {
  readonly #statements: Statements
  /** By queue: what is added in each state, in their order. */
  readonly #states = new Map<number, number[]>()
  /** By queue and task. */
  readonly #ready = new Map<number, Map<number, number>>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was not written is of one that was rolled back. */
  begin(): void {
    this.#states.clear()
    this.#ready.clear()
  }

  /** `by` more jobs of a queue are in a state; fewer if it is negative. */
  add(queue: number, state: CountedState, by: number): void {
    let sums = this.#states.get(queue)
    if (sums === undefined) {
      sums = counted.map(() => 0)
      this.#states.set(queue, sums)
    }
    const index = counted.indexOf(state)
    sums[index] = (sums[index] ?? 0) + by
  }

  /** `by` more jobs of a task are ready on a queue; fewer if it is negative. */
  addReady(queue: number, task: number, by: number): void {
    let tasks = this.#ready.get(queue)
    if (tasks === undefined) {
      tasks = new Map()
      this.#ready.set(queue, tasks)
    }
    tasks.set(task, (tasks.get(task) ?? 0) + by)
  }

  write(): void {
    if (this.#states.size === 0 && this.#ready.size === 0) return
    const { countStates, addReady, removeReady, dropBacklog } = this.#statements
    for (const [queue, sums] of this.#states) if (sums.some((sum) => sum !== 0)) countStates.run(...sums, queue)
    for (const [queue, tasks] of this.#ready) {
      for (const [task, by] of tasks) {
        if (by > 0) addReady.run(queue, task, by)
        if (by >= 0) continue
        removeReady.run(-by, queue, task)
        dropBacklog.run(queue, task)
      }
    }
    this.begin()
  }
}
