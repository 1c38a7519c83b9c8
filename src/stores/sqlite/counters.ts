import type { JobState } from '../../domain/job.js'
import { stateCodes } from './codes.js'
import type { Statements } from './statements.js'

/**
 * How many jobs are in which state, by queue, and how many are ready, by queue and task. Whoever moves a job says so here; the
 * changes of one transaction are written together, before anything in it that reads them and at its end.
 */
export class Counters {
  readonly #statements: Statements
  /** By queue: what is added in each state, by the numbers of the states. */
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
  add(queue: number, state: JobState, by: number): void {
    const known = this.#states.get(queue)
    const sums = known ?? [0, 0, 0, 0, 0, 0]
    if (known === undefined) this.#states.set(queue, sums)
    const code = stateCodes[state]
    sums[code] = (sums[code] ?? 0) + by
  }

  move(queue: number, from: JobState, to: JobState, jobs: number): void {
    this.add(queue, from, -jobs)
    this.add(queue, to, jobs)
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
