import type { Claim, ProcessIdentity } from '../../stores/store.js'
import type { Catalog, CheckRequest, EnqueueAnswer, StopReason, TaskOutput, Verdict } from '../protocol.js'
import { type Death, TaskProcess, type TaskProcessListener, type TaskProgram } from './task-process.js'

const longestPauseMs = 10_000

const notStarted: EnqueueAnswer = {
  name: 'OffstageError',
  code: 'E_NO_WORKER',
  message: 'enqueue() was called before the worker had started',
  hint: 'call it in a task, not while its module loads',
}

/**
 * The warm task process of a worker: started ahead of its first job, replaced when it dies. One that dies while it
 * loads is replaced after a pause that doubles each time.
 */
export class TaskPool {
  readonly #program: TaskProgram
  readonly #outputBefore: (output: TaskOutput) => void
  #listener: TaskProcessListener | null = null
  #current: TaskProcess
  #deathsWhileLoading = 0
  #ending = false
  #pause: NodeJS.Timeout | null = null

  /** `output` hears what the modules write as they load, until somebody listens. */
  constructor(program: TaskProgram, output: (output: TaskOutput) => void) {
    this.#program = program
    this.#outputBefore = output
    this.#current = this.#start()
  }

  /** The tasks and faults of the project. Rejects with ProjectError if the task process dies before it has them. */
  get catalog(): Promise<Catalog> {
    return this.#current.catalog
  }

  /** Whether jobs can be handed over now. */
  get ready(): boolean {
    return this.#current.ready
  }

  /** How often in a row the process died before it was ready. */
  get deathsWhileLoading(): number {
    return this.#deathsWhileLoading
  }

  get processes(): readonly ProcessIdentity[] {
    const { identity } = this.#current
    return identity === null ? [] : [identity]
  }

  /** From now on `listener` hears what the process says. */
  listen(listener: TaskProcessListener): void {
    this.#listener = listener
  }

  run(claims: readonly Claim[]): void {
    this.#current.run(claims)
  }

  stop(id: string, attempt: number, reason: StopReason): void {
    this.#current.stop(id, attempt, reason)
  }

  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    return this.#current.check(requests)
  }

  /** Kills the process with everything that runs in it; another one takes its place. */
  kill(): Promise<void> {
    return this.#current.kill()
  }

  /** As `kill`, for those who cannot wait: nothing takes its place. */
  killNow(): void {
    this.#ending = true
    this.#current.killNow()
  }

  /** Ends the pool: kills the process if it still has jobs (`hard`), else lets it end by itself. */
  async end(hard: boolean): Promise<void> {
    this.#ending = true
    if (this.#pause !== null) clearTimeout(this.#pause)
    await (hard ? this.#current.kill() : this.#current.end())
  }

  #start(): TaskProcess {
    return new TaskProcess(this.#program, {
      ended: (ends) => this.#listener?.ended(ends),
      output: (output) => (this.#listener === null ? this.#outputBefore(output) : this.#listener.output(output)),
      progress: (progress) => this.#listener?.progress(progress),
      enqueue: async (request) => this.#listener?.enqueue(request) ?? notStarted,
      ready: () => {
        this.#deathsWhileLoading = 0
        this.#listener?.ready()
      },
      died: (death) => {
        if (this.#ending) return
        this.#replace(death)
        this.#listener?.died(death)
      },
    })
  }

  #replace(death: Death): void {
    if (death.loading) this.#deathsWhileLoading++
    const pauseMs = this.#deathsWhileLoading === 0 ? 0 : Math.min(100 * 2 ** this.#deathsWhileLoading, longestPauseMs)
    this.#pause = setTimeout(() => {
      this.#current = this.#start()
    }, pauseMs)
  }
}
