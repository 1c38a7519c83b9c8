import type { Clock } from '../../domain/clock.js'
import type { JobId } from '../../domain/job.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type { AttemptId, Catalog, JobAssignment, Verdict } from '../ipc/messages.js'
import { CommandJob, type CommandPlace } from './command-job.js'
import { Pipes } from './pipes.js'
import type { TaskHost, TaskHostListener } from './task-host.js'

/** Runs the jobs whose tasks are programs, each in a process group of its own. */
export class CommandHost implements TaskHost {
  readonly catalog: Promise<Catalog> = Promise.resolve({ tasks: [], faults: [], isWhole: true, hasCompiled: false })
  readonly #place: CommandPlace
  readonly #clock: Clock
  readonly #listener: TaskHostListener
  readonly #pipes = new Pipes()
  readonly #running = new Map<JobId, CommandJob>()
  readonly #waiting = new Map<JobId, JobAssignment>()
  readonly #idleWaiters = new Set<() => void>()
  #atOnce = 1
  #isEnding = false

  constructor(place: CommandPlace, clock: Clock, listener: TaskHostListener) {
    this.#place = place
    this.#clock = clock
    this.#listener = listener
  }

  get ready(): boolean {
    return !this.#isEnding
  }

  get identities(): readonly ProcessIdentity[] {
    return [...this.#running.values()].flatMap(({ identity }) => (identity === null ? [] : [identity]))
  }

  run(assignments: readonly JobAssignment[], atOnce: number): void {
    this.#atOnce = atOnce
    for (const assignment of assignments) this.#waiting.set(assignment.id, assignment)
    this.#startSome()
  }

  recall(): void {
    const keys: AttemptId[] = [...this.#waiting.values()].map(({ id, attempt }) => ({ id, attempt }))
    this.#waiting.clear()
    queueMicrotask(() => this.#listener.returned(keys))
  }

  stop(id: JobId, attempt: number): void {
    if (this.#waiting.get(id)?.attempt === attempt) {
      this.#waiting.delete(id)
      queueMicrotask(() => this.#listener.returned([{ id, attempt }]))
    } else if (this.#running.get(id)?.attempt === attempt) this.#running.get(id)?.terminate()
  }

  abandon(id: JobId, attempt: number): void {
    if (this.#running.get(id)?.attempt === attempt) this.#running.get(id)?.kill()
  }

  check(requests: readonly unknown[]): Promise<readonly Verdict[]> {
    return Promise.resolve(requests.map(() => null))
  }

  measure(): null {
    return null
  }

  endOverLimit(): void {}

  terminate(id: JobId, attempt: number): void {
    this.abandon(id, attempt)
  }

  killFor(id: JobId, attempt: number): void {
    this.abandon(id, attempt)
  }

  killNow(): void {
    this.#waiting.clear() // whoever ends all does not want the next one to begin
    for (const job of this.#running.values()) job.kill()
  }

  kill(): Promise<void> {
    this.killNow()
    return this.#idle()
  }

  async end(): Promise<void> {
    this.#isEnding = true
    await this.kill()
    this.#pipes.close()
  }

  #startSome(): void {
    for (const [id, assignment] of this.#waiting) {
      if (this.#running.size >= this.#atOnce) return
      this.#waiting.delete(id)
      this.#listener.started([assignment])
      const job: CommandJob = new CommandJob(assignment, this.#place, this.#pipes, this.#clock, this.#listener, () =>
        this.#ended(id, job),
      )
      this.#running.set(id, job)
      job.begin(this.#listener.spawned())
    }
  }

  #ended(id: JobId, job: CommandJob): void {
    // A later attempt of the same job may be here already.
    if (this.#running.get(id) === job) this.#running.delete(id)
    if (!this.#isEnding) this.#startSome()
    if (this.#running.size > 0) return
    for (const waiter of this.#idleWaiters) waiter()
    this.#idleWaiters.clear()
  }

  async #idle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve))
  }
}
