import type { Clock } from '../../src/domain/clock.js'
import { plainTaskDefaults } from '../../src/domain/request.js'
import type { Emit, TaskHost } from '../../src/engine/hosts/task-host.js'
import type {
  AttemptEnd,
  AttemptId,
  Catalog,
  JobAssignment,
  StopReason,
  TaskInfo,
} from '../../src/engine/ipc/messages.js'
import type { LoadedTask } from '../../src/engine/task-process/loaded-task.js'
import { RunningJobs } from '../../src/engine/task-process/running-jobs.js'
import { taskInfo } from './fake-host.js'

/** A task for a host in memory: its function, and what else a module would say. */
export interface MemoryTask extends Partial<Omit<TaskInfo, 'name'>> {
  readonly run: LoadedTask['run']
}

export type MemoryTasks = Readonly<Record<string, MemoryTask>>

/** Runs functions of a test in this process, as a task process runs those of a module. */
export class MemoryHost implements TaskHost {
  readonly catalog: Promise<Catalog>
  readonly ready = true
  readonly identities = []
  readonly #emit: Emit
  readonly #jobs: RunningJobs

  constructor(tasks: MemoryTasks, clock: Clock, emit: Emit) {
    const infos = Object.entries(tasks).map(([name, { run: _, ...info }]) => taskInfo(name, info))
    const catalog = { tasks: infos, faults: [], isWhole: true, hasCompiled: false }
    this.catalog = Promise.resolve(catalog)
    this.#emit = emit
    const task = (name: string): LoadedTask | undefined => {
      const found = tasks[name]
      if (found === undefined) return undefined
      return { name, run: found.run, schema: null, retryOn: null, dontRetryOn: [], defaults: plainTaskDefaults }
    }
    const soon = (report: () => void) => void setImmediate(report)
    const turn = (started: readonly AttemptId[], ends: readonly AttemptEnd[]) =>
      soon(() => emit({ type: 'turn', started, ends, isNew: true, activeMs: 0 }))
    this.#jobs = new RunningJobs(
      { catalog, task },
      {
        end: (end) => turn([], [end]),
        returned: (attempts) => soon(() => emit({ type: 'returned', attempts })),
        progress: (progress) => emit({ type: 'progress', progress: [progress] }),
        log: ({ id, attempt }, text) =>
          emit({ type: 'output', output: [{ id, attempt, stream: 'stdout', text, at: clock.now() }] }),
        started: (attempts) => {
          turn(attempts, [])
          turn([], [])
        },
      },
      [],
      clock,
    )
    soon(() => emit({ type: 'ready' }))
  }

  run(assignments: readonly JobAssignment[], maxRunning: number): void {
    setImmediate(() => this.#jobs.add(assignments, maxRunning))
  }

  recall(): void {
    const attempts = this.#jobs.giveBack()
    setImmediate(() => this.#emit({ type: 'returned', attempts }))
  }

  stop({ id, attempt }: AttemptId, reason: StopReason): void {
    this.#jobs.stop(id, attempt, reason)
  }

  abandon({ id, attempt }: AttemptId): void {
    this.#jobs.abandon(id, attempt)
  }

  check() {
    return Promise.resolve([])
  }

  measure(): null {
    return null
  }

  terminate(): void {}
  killAttempt(): void {}
  killOverLimit(): void {}
  killNow(): void {}
  async end(): Promise<void> {}
  async kill(): Promise<void> {}
}
