import type { Clock } from '../../domain/clock.js'
import { ProjectError } from '../../domain/errors.js'
import type { ProcessIdentity } from '../../stores/store.js'
import { type FromTaskProcess, isReadable } from '../ipc/from-task-process.js'
import type {
  AttemptId,
  Catalog,
  CheckRequest,
  JobAssignment,
  ModuleFault,
  StopReason,
  ToTaskProcess,
  Verdict,
} from '../ipc/messages.js'
import { packAssignment, unpackAttempt, unpackEnd } from '../ipc/packing.js'
import { type GroupMemory, residentBytes } from '../memory.js'
import { type Exit, ForkedProcess, type ForkedProgram } from './forked-process.js'
import { LoadWatch } from './load-watch.js'
import { LastWords, type OverLimit, type ProcessExit, reportsFullHeap } from './process-exit.js'
import type { Emit, StartHost, TaskHost } from './task-host.js'

/**
 * How a task process is started; it works in the project's folder. Behind `args` comes `--without=FAULT`, as JSON, for
 * each module that must not be loaded.
 */
export interface TaskProgram extends ForkedProgram {
  /** How long one module may take to load before the process is killed. */
  readonly loadLimitMs: number
}

/**
 * One forked process that loads the tasks and runs jobs. If a module ends the process while it loads, another process
 * starts without that module and reports it as a fault.
 */
export class ProcessHost implements TaskHost {
  /** The tasks and faults it found. Rejects with ProjectError if it dies before it is ready. */
  readonly catalog: Promise<Catalog>
  readonly #program: TaskProgram
  readonly #clock: Clock
  readonly #emit: Emit
  readonly #loaded = deferred<Catalog>()
  readonly #faulty: ModuleFault[] = []
  readonly #checks = new Map<number, (verdicts: readonly Verdict[]) => void>()
  #lastRequestId = 0
  #process: ForkedProcess<ToTaskProcess, FromTaskProcess>
  #loading: LoadWatch
  #stage: 'loading' | 'ready' | 'gone' = 'loading'
  #killed = false
  #ending = false
  #isDisconnected = false
  #lastWords = new LastWords()
  #peakBytes: number | null = null
  #overLimit: OverLimit | null = null

  constructor(program: TaskProgram, clock: Clock, emit: Emit) {
    this.#program = program
    this.#clock = clock
    this.#emit = emit
    this.catalog = this.#loaded.promise
    this.catalog.catch(() => {}) // callers may ignore it
    this.#process = this.#fork() // before the load timer: it may throw
    this.#loading = this.#watchLoading()
  }

  get identities(): readonly ProcessIdentity[] {
    const { identity } = this.#process
    return identity === null ? [] : [identity]
  }

  get ready(): boolean {
    return this.#stage === 'ready' && !this.#killed && !this.#ending && this.#overLimit === null
  }

  run(assignments: readonly JobAssignment[], maxRunning: number): void {
    this.#process.send({ type: 'jobs', jobs: assignments.map(packAssignment), maxRunning })
  }

  recall(): void {
    this.#process.send({ type: 'recall' })
  }

  stop({ id, attempt }: AttemptId, reason: StopReason): void {
    this.#process.send({ type: 'stop', id, attempt, reason })
  }

  abandon({ id, attempt }: AttemptId): void {
    this.#process.send({ type: 'abandon', id, attempt })
  }

  /** Measures its memory, in bytes; null if the system cannot say. */
  measure(): number | null {
    const { pid } = this.#process
    const bytes = pid === undefined ? null : residentBytes(pid)
    if (bytes !== null) this.#peakBytes = Math.max(bytes, this.#peakBytes ?? 0)
    return bytes
  }

  /** At least one of its running jobs is the cause. */
  killOverLimit(limitBytes: number, groups: GroupMemory): void {
    const { pid } = this.#process
    const bytes = pid === undefined || this.#overLimit !== null ? null : groups.over(pid, limitBytes)
    if (bytes === null) return
    this.#overLimit = { bytes, limitBytes }
    this.#process.kill()
  }

  /** Checks arguments by the schemas of their tasks, in order. Rejects if the process dies first. */
  async check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    await this.catalog
    const requestId = ++this.#lastRequestId
    const answered = new Promise<readonly Verdict[]>((resolve) => this.#checks.set(requestId, resolve))
    this.#process.send({ type: 'check', ask: requestId, requests })
    const died = this.#process.closed.then(() => {
      throw new ProjectError('E_TASK_PROCESS', 'the task process ended while it checked arguments')
    })
    return Promise.race([answered, died])
  }

  /** Disconnects it: it ends by itself, or is killed. Resolves when it has ended and all its output was reported. */
  end(): Promise<void> {
    this.#isDisconnected = true
    return this.#process.end()
  }

  /** Kills its process group. Resolves when it has ended and all its output was reported. */
  async kill(): Promise<void> {
    this.killNow()
    await this.#process.closed
  }

  /** Sends TERM to it and to all its children. */
  terminate(): void {
    this.#killed = true
    this.#process.terminate()
  }

  killAttempt(): void {
    this.killNow()
  }

  /** Like `kill`, without waiting for the end. */
  killNow(): void {
    this.#killed = true
    this.#process.kill()
  }

  #fork(): ForkedProcess<ToTaskProcess, FromTaskProcess> {
    const without = this.#faulty.map((fault) => `--without=${JSON.stringify(fault)}`)
    return new ForkedProcess<ToTaskProcess, FromTaskProcess>(
      { ...this.#program, args: [...this.#program.args, ...without] },
      this.#clock,
      {
        received: (message) => this.#receive(message),
        wrote: (stream, text) => {
          if (stream === 'stderr') this.#lastWords.add(text)
          this.#emit({ type: 'output', output: [{ id: null, attempt: 0, stream, text, at: null }] })
        },
        ending: () => {
          this.#ending = true
        },
        exited: (exit) => this.#exited(this.#exitOf(exit)),
      },
    )
  }

  #watchLoading(): LoadWatch {
    return new LoadWatch(this.#clock, this.#program.loadLimitMs, () => this.#process.kill())
  }

  #exitOf(exit: Exit): ProcessExit {
    const lastWords = this.#lastWords.text
    const isFull = lastWords !== null && reportsFullHeap(lastWords)
    const memory = this.#overLimit ?? (isFull ? 'its heap was full' : null)
    const loading = this.#stage === 'loading'
    const killed = this.#killed || this.#loading.isTooLong
    return { ...exit, loading, killed, memory, peakBytes: this.#peakBytes, lastWords }
  }

  #exited(exit: ProcessExit): void {
    this.#loading.stop()
    const isUnexpected = !this.#killed && !this.#isDisconnected && this.#overLimit === null
    const fault = exit.loading && isUnexpected ? this.#loading.faultOf(exit) : null
    if (fault !== null) {
      this.#startWithout(fault)
      return
    }
    this.#stage = 'gone'
    this.#loaded.reject(this.#loading.errorOf(exit))
    this.#emit({ type: 'exited', exit })
  }

  #startWithout(fault: ModuleFault): void {
    this.#faulty.push(fault)
    this.#ending = false
    this.#lastWords = new LastWords()
    this.#process = this.#fork()
    this.#loading = this.#watchLoading()
  }

  #receive(message: FromTaskProcess): void {
    if (!isReadable(message)) {
      this.#endUnreadable()
      return
    }
    switch (message.type) {
      case 'loading':
        this.#loading.loads(message.file)
        return
      case 'not loaded':
        this.#loading.failure = message.message
        return
      case 'loaded':
        if (this.#stage !== 'loading') return
        this.#stage = 'ready'
        this.#loading.stop()
        this.#loaded.resolve(message.catalog)
        this.#emit({ type: 'ready' })
        return
      case 'turn':
        this.#emit({
          type: 'turn',
          started: message.started.map(unpackAttempt),
          ends: message.ends.map(unpackEnd),
          isNew: message.isNew,
          activeMs: message.activeMs,
        })
        return
      case 'returned':
        this.#emit({ type: 'returned', attempts: message.jobs })
        return
      case 'checked':
        this.#checks.get(message.ask)?.(message.verdicts)
        this.#checks.delete(message.ask)
        return
      case 'enqueue':
        this.#emit({
          type: 'enqueue',
          request: message.request,
          answer: (answer) => this.#process.send({ type: 'enqueued', ask: message.ask, answer }),
        })
        return
      default:
        this.#emit(message)
    }
  }

  /** Kills the process: its next messages may be unreadable too, and the ends of its jobs would be lost. */
  #endUnreadable(): void {
    if (this.#ending) return
    this.#ending = true
    const failure = 'its messages cannot be read: a task may have put a toJSON on Object.prototype or Array.prototype'
    this.#loading.failure = failure
    this.#lastWords.add(`${failure}\n`)
    this.#process.kill()
  }
}

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** A pool's tasks as processes of this program. */
export function inProcesses(program: TaskProgram, clock: Clock): { readonly start: StartHost; readonly cwd: string } {
  return { start: (emit) => new ProcessHost(program, clock, emit), cwd: program.cwd }
}
