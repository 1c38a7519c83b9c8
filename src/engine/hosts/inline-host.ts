import type { Clock } from '../../domain/clock.js'
import { UsageError } from '../../domain/errors.js'
import { setImmediate } from '../../real-timers.js'
import type { ProcessIdentity } from '../../stores/store.js'
import { outsideJobs } from '../current-job.js'
import type {
  AttemptEnd,
  AttemptId,
  Catalog,
  CheckRequest,
  EnqueueAnswer,
  JobAssignment,
  StopReason,
  Verdict,
} from '../ipc/messages.js'
import { checkAll, checkArgs, type LoadedTasks } from '../task-process/loaded-task.js'
import { RunningJobs } from '../task-process/running-jobs.js'
import { handleOf, type LoadTasks } from '../task-process/serve.js'
import { enqueueInSpan } from '../task-process/traced-enqueue.js'
import { processTracing } from '../tracing.js'
import type { Emit, TaskHost } from './task-host.js'

/**
 * Runs jobs in this process, on the same event loop: for debugging, and for programs that choose it. A job that blocks
 * the loop blocks the worker too, and only a signal from outside can end it. It leaves the process as it is: what jobs print
 * goes where the process prints, and an error that no promise carries is the process's own.
 */
export class InlineHost implements TaskHost {
  readonly catalog: Promise<Catalog>
  readonly identities: readonly ProcessIdentity[] = []
  readonly #loaded: Promise<LoadedTasks>
  readonly #emit: Emit
  readonly #clock: Clock
  readonly #release: () => void
  readonly #redact: readonly string[]
  #jobs: RunningJobs | null = null

  /** `release` is called at the end. */
  constructor(load: LoadTasks, redact: readonly string[], clock: Clock, emit: Emit, release: () => void = () => {}) {
    this.#emit = emit
    this.#clock = clock
    this.#release = release
    this.#redact = redact
    this.#loaded = load(
      (task, argsJson, options) =>
        enqueueInSpan(task, options, async (trace) => {
          const { name, defaults } = task
          const refused = await checkArgs(task, argsJson)
          if (refused !== null) throw new UsageError('E_ARGUMENTS', `${name}: ${refused}`)
          const request = { task: name, defaults, argsJson, options, trace }
          const answered = new Promise<EnqueueAnswer>((answer) => {
            outsideJobs(() => emit({ type: 'enqueue', request, answer }))
          })
          return handleOf(await answered)
        }),
      () => {},
    )
    this.catalog = this.#loaded.then((loaded) => {
      this.#jobs = new RunningJobs(
        loaded,
        {
          end: (end) => this.#turn([], [end]),
          returned: (attempts) => setImmediate(() => outsideJobs(() => emit({ type: 'returned', attempts }))),
          progress: (progress) => outsideJobs(() => emit({ type: 'progress', progress: [progress] })),
          log: ({ id, attempt }, text) =>
            outsideJobs(() =>
              emit({ type: 'output', output: [{ id, attempt, stream: 'stdout', text, at: clock.now() }] }),
            ),
          started: (attempts) => {
            // At once: their time limits begin before their code, which may block this loop.
            outsideJobs(() => emit({ type: 'turn', started: attempts, ends: [], isNew: true, activeMs: 0 }))
            this.#turn([], [])
          },
        },
        redact,
        clock,
      )
      return loaded.catalog
    })
    this.catalog.then(
      () => setImmediate(() => emit({ type: 'ready' })),
      () => {}, // callers of `catalog` handle it
    )
  }

  /** In a turn of its own: the worker's reaction must not run inside the job's async context. */
  #turn(started: readonly AttemptId[], ends: readonly AttemptEnd[]): void {
    setImmediate(() => outsideJobs(() => this.#emit({ type: 'turn', started, ends, isNew: true, activeMs: 0 })))
  }

  get ready(): boolean {
    return this.#jobs !== null
  }

  run(assignments: readonly JobAssignment[], maxRunning: number): void {
    // Later: the worker first records the jobs that it hands over.
    setImmediate(() => this.#jobs?.add(assignments, maxRunning))
  }

  recall(): void {
    const attempts = this.#jobs?.giveBack() ?? []
    setImmediate(() => this.#emit({ type: 'returned', attempts }))
  }

  stop({ id, attempt }: AttemptId, reason: StopReason): void {
    this.#jobs?.stop(id, attempt, reason)
  }

  abandon({ id, attempt }: AttemptId): void {
    this.#jobs?.abandon(id, attempt)
  }

  async check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    return checkAll(await this.#loaded, requests, this.#redact)
  }

  measure(): null {
    return null
  }

  /** Fails the job that calls: it threw outside of its own promise. False if no job calls, or if it has ended. */
  fail(thrown: unknown): boolean {
    return this.#jobs?.fail(thrown) ?? false
  }

  killOverLimit(): void {}
  terminate(): void {}
  killAttempt(): void {}
  killNow(): void {}

  /** The jobs that run cannot be ended: others may run them from now on. They get their signal, and may notice it. */
  async kill(): Promise<void> {
    this.#jobs?.forgetAll()
    this.#release()
    // The process of the command ends with its last job: the spans that the SDK still has would be lost.
    await processTracing()?.flush(this.#clock)
  }

  end(): Promise<void> {
    return this.kill()
  }
}
