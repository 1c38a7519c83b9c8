import type { Clock } from '../../domain/clock.js'
import type { JobId } from '../../domain/job.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type { AttemptId, Catalog, JobAssignment, Verdict } from '../ipc/messages.js'
import type { GroupMemory } from '../memory.js'
import { type CommandContext, CommandJob } from './command-job.js'
import { Pipes } from './pipes.js'
import type { Emit, TaskHost } from './task-host.js'

/** Runs the jobs whose tasks are programs, each in a process group of its own. */
export class CommandHost implements TaskHost {
  readonly catalog: Promise<Catalog> = Promise.resolve({ tasks: [], faults: [], isWhole: true, hasCompiled: false })
  readonly #context: CommandContext
  readonly #clock: Clock
  readonly #emit: Emit
  readonly #pipes = new Pipes()
  readonly #running = new Map<JobId, CommandJob>()
  readonly #waiting = new Map<JobId, JobAssignment>()
  readonly #idleWaiters = new Set<() => void>()
  #maxRunning = 1
  #isEnding = false

  constructor(context: CommandContext, clock: Clock, emit: Emit) {
    this.#context = context
    this.#clock = clock
    this.#emit = emit
  }

  get ready(): boolean {
    return !this.#isEnding
  }

  get identities(): readonly ProcessIdentity[] {
    return [...this.#running.values()].flatMap(({ identity }) => (identity === null ? [] : [identity]))
  }

  run(assignments: readonly JobAssignment[], maxRunning: number): void {
    this.#maxRunning = maxRunning
    for (const assignment of assignments) this.#waiting.set(assignment.id, assignment)
    this.#startSome()
  }

  recall(): void {
    const attempts: AttemptId[] = [...this.#waiting.values()].map(({ id, attempt }) => ({ id, attempt }))
    this.#waiting.clear()
    queueMicrotask(() => this.#emit({ type: 'returned', attempts }))
  }

  stop({ id, attempt }: AttemptId): void {
    if (this.#waiting.get(id)?.attempt === attempt) {
      this.#waiting.delete(id)
      queueMicrotask(() => this.#emit({ type: 'returned', attempts: [{ id, attempt }] }))
    } else if (this.#running.get(id)?.attempt === attempt) this.#running.get(id)?.terminate()
  }

  abandon({ id, attempt }: AttemptId): void {
    if (this.#running.get(id)?.attempt === attempt) this.#running.get(id)?.kill()
  }

  check(requests: readonly unknown[]): Promise<readonly Verdict[]> {
    return Promise.resolve(requests.map(() => null))
  }

  measure(): null {
    return null
  }

  killOverLimit(limitBytes: number, groups: GroupMemory): void {
    for (const job of this.#running.values()) job.killOverLimit(limitBytes, groups)
  }

  terminate(attempt: AttemptId): void {
    this.abandon(attempt)
  }

  killAttempt(attempt: AttemptId): void {
    this.abandon(attempt)
  }

  killNow(): void {
    this.#waiting.clear() // no next job must start now
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
      if (this.#running.size >= this.#maxRunning) return
      this.#waiting.delete(id)
      this.#emit({ type: 'turn', started: [assignment], ends: [], isNew: true, activeMs: 0 })
      const job: CommandJob = new CommandJob(assignment, this.#context, this.#pipes, this.#clock, this.#emit, () =>
        this.#ended(id, job),
      )
      this.#running.set(id, job)
      job.listen(new Promise((stored) => this.#emit({ type: 'spawned', stored })))
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
