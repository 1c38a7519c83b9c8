import type { Clock } from '../../domain/clock.js'
import type { ClaimedJob, JobId, Usage } from '../../domain/job.js'
import type { JsonValue } from '../../domain/json.js'
import { argsMask } from '../../domain/redact-command.js'
import type { Addition, JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { TaskOutput, TaskProgress } from '../ipc/messages.js'
import { AttemptLog } from './attempt-log.js'
import { RecentValues } from './recent-values.js'
import type { RunningAttempt } from './running-attempt.js'

/** What tells the secrets of a job. */
type MaskedJob = Pick<ClaimedJob, 'task' | 'argsJson'>

// Often enough for a person who follows a job, and rarely enough for the store.
const flushMs = 50
// Arguments of recently ended jobs, which mask the output that arrives late.
const maxRemembered = 1_000
const maxRememberedLength = 16 * 1024 * 1024

/** Stores the output and progress of running jobs: at most every 50 ms, and before each end. */
export class OutputLog {
  readonly #store: Pick<JobStore, 'append'>
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #redact: readonly string[]
  readonly #running: (id: JobId) => RunningAttempt | undefined
  readonly #changed = new Set<RunningAttempt>()
  readonly #ended = new RecentValues<JobId, MaskedJob>(maxRemembered, maxRememberedLength)
  #cancelFlush: (() => void) | null = null

  /**
   * `redact`: names of keys, beside the built-in ones, whose values are masked. `running` finds a job of this worker.
   */
  constructor(
    store: Pick<JobStore, 'append'>,
    clock: Clock,
    events: EngineEmitter,
    redact: readonly string[],
    running: (id: JobId) => RunningAttempt | undefined,
  ) {
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#redact = redact
    this.#running = running
  }

  /** Emits output with the secrets of its job masked. Output after the end of the job is not stored. */
  output(output: TaskOutput): void {
    const log = this.#logFor(output)
    const at = output.at ?? this.#clock.now()
    const text = log === null ? this.#late(output) : log.write(output.stream, output.text, at)
    if (text !== '') this.#events.emit('task.output', { ...output, text })
  }

  progress(progress: TaskProgress): void {
    const log = this.#logFor(progress)
    if (log === null) return
    const message = progress.message === null ? null : log.masked(progress.message)
    log.progress({ fraction: progress.fraction, message })
    this.#events.emit('task.progress', { ...progress, message })
  }

  usage(attempt: RunningAttempt, usage: Usage): void {
    this.#logOf(attempt).usage(usage)
  }

  /** Stores the last output of attempts before they are settled. */
  end(attempts: readonly RunningAttempt[]): void {
    const logged = attempts.filter(({ log }) => log !== null)
    for (const { log, claim } of logged) {
      const { job: id, attempt } = claim.lease
      for (const rest of log?.end(this.#clock.now()) ?? []) {
        this.#events.emit('task.output', { id, attempt, at: null, ...rest })
      }
    }
    for (const { claim } of attempts) {
      const { id, task, argsJson } = claim.job
      this.#ended.set(id, { task, argsJson }, argsJson.length)
    }
    this.#flush(logged)
  }

  /** Cancels the flush timer, so that it does not keep the process alive. */
  stop(): void {
    this.#cancelFlush?.()
  }

  /** Masks output after the end of its job, while the arguments are remembered. */
  #late({ id, text }: TaskOutput): string {
    const job = id === null ? undefined : (this.#running(id)?.claim.job ?? this.#ended.get(id))
    return job === undefined ? text : this.#newLog(job).masked(text)
  }

  #logFor({ id, attempt }: { readonly id: JobId | null; readonly attempt: number }): AttemptLog | null {
    const running = id === null ? undefined : this.#running(id)
    if (running?.claim.lease.attempt !== attempt || running.hasEnded) return null
    return this.#logOf(running)
  }

  #logOf(attempt: RunningAttempt): AttemptLog {
    attempt.log ??= this.#newLog(attempt.claim.job)
    this.#changed.add(attempt)
    this.#cancelFlush ??= this.#clock.after(flushMs, () => {
      this.#cancelFlush = null
      this.#flush([...this.#changed])
    })
    return attempt.log
  }

  #newLog({ task, argsJson }: MaskedJob): AttemptLog {
    return new AttemptLog(argsMask(task, JSON.parse(argsJson) as JsonValue, this.#redact))
  }

  #flush(attempts: readonly RunningAttempt[]): void {
    const additions: Addition[] = []
    for (const attempt of attempts) {
      this.#changed.delete(attempt)
      const taken = attempt.log?.take() ?? null
      if (taken !== null) additions.push({ lease: attempt.claim.lease, ...taken })
    }
    if (additions.length === 0) return
    // Output that cannot be stored is dropped: a job must not wait for its output.
    this.#store.append(additions).catch((thrown: unknown) => {
      this.#events.emit('store.unavailable', { error: thrown instanceof Error ? thrown : new Error(String(thrown)) })
    })
  }
}
