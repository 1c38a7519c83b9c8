import { setImmediate } from 'node:timers/promises'
import type { AttemptReport } from '../../src/domain/outcome.js'
import { plainTaskDefaults } from '../../src/domain/request.js'
import type { ProcessExit } from '../../src/engine/hosts/process-exit.js'
import type { Emit, StartHost, TaskHost } from '../../src/engine/hosts/task-host.js'
import type { AttemptId, Catalog, JobAssignment, StopReason, TaskInfo } from '../../src/engine/ipc/messages.js'

export function taskInfo(name: string, overrides: Partial<TaskInfo> = {}): TaskInfo {
  return {
    ...plainTaskDefaults,
    name,
    description: null,
    graceMs: 1_000,
    isolation: 'shared',
    kind: 'function',
    parameters: 0,
    schedule: null,
    file: `/tasks/${name}.js`,
    line: 1,
    ...overrides,
  }
}

/** A task process that runs no code: its jobs end, and it dies, when a test says so. */
export class FakeHost implements TaskHost {
  readonly catalog: Promise<Catalog>
  readonly identities = []
  /** What it was asked for, such as `stop j1 timeout`, in order. */
  readonly asked: string[] = []
  ready = false
  /** Whether the first lines of its jobs block its event loop. */
  isStuck = false
  /** Whether its jobs do nothing but compute: the next one starts when the last has ended. */
  isComputing = false
  /** Ended by the worker, in whichever way. */
  isOver = false
  #running: JobAssignment[] = []
  #waiting: JobAssignment[] = []
  #maxRunning = 1
  readonly #emit: Emit

  constructor(emit: Emit, tasks: readonly TaskInfo[]) {
    this.#emit = emit
    this.catalog = Promise.resolve({ tasks, faults: [], isWhole: true, hasCompiled: false })
  }

  get running(): readonly string[] {
    return this.#running.map(({ id }) => id)
  }

  get waiting(): readonly string[] {
    return this.#waiting.map(({ id }) => id)
  }

  get maxRunning(): number {
    return this.#maxRunning
  }

  becomeReady(): void {
    this.ready = true
    this.#emit({ type: 'ready' })
  }

  run(assignments: readonly JobAssignment[], maxRunning: number): void {
    this.#maxRunning = maxRunning
    this.#waiting.push(...assignments)
    queueMicrotask(() => this.#startSome())
  }

  /** Ends a job that runs. */
  finish(id: string, report: Partial<AttemptReport> = {}, activeMs = 0): void {
    const job = this.#running.find((one) => one.id === id)
    if (job === undefined) throw new Error(`${id} does not run here`)
    this.#running = this.#running.filter((one) => one !== job)
    const whole = { kind: 'returned', resultJson: 'null', startedAt: 0, endedAt: 0, ...report } as AttemptReport
    this.#emit({
      type: 'turn',
      started: [],
      ends: [{ id, attempt: job.attempt, report: whole }],
      isNew: true,
      activeMs,
    })
    this.#startSome()
  }

  /** Writes past the capture, as native code does. */
  write(text: string): void {
    this.#emit({ type: 'output', output: [{ id: null, attempt: 0, stream: 'stdout', text, at: null }] })
  }

  /** Reports that its loop was active for so long since the last report. */
  reportActivity(activeMs: number): void {
    this.#emit({ type: 'turn', started: [], ends: [], isNew: true, activeMs })
  }

  askForRecycle(): void {
    this.#emit({ type: 'recycle' })
  }

  /** Its process ends by itself. */
  die(exit: Partial<ProcessExit> = {}): void {
    const loading = !this.ready
    this.ready = false
    this.#running = []
    this.#waiting = []
    const plain = { code: 1, signal: null, killed: false, memory: null, peakBytes: null, lastWords: null }
    this.#emit({ type: 'exited', exit: { ...plain, loading, ...exit } })
  }

  recall(): void {
    this.asked.push('recall')
    const attempts = this.#waiting
    this.#waiting = []
    queueMicrotask(() => this.#emit({ type: 'returned', attempts }))
  }

  stop({ id }: AttemptId, reason: StopReason): void {
    this.asked.push(`stop ${id} ${reason}`)
  }

  abandon({ id }: AttemptId): void {
    this.asked.push(`abandon ${id}`)
  }

  terminate({ id }: AttemptId): void {
    this.asked.push(`terminate ${id}`)
  }

  killAttempt({ id }: AttemptId): void {
    this.asked.push(`kill ${id}`)
    this.#exitSoon()
  }

  check(requests: readonly unknown[]): Promise<readonly null[]> {
    return Promise.resolve(requests.map(() => null))
  }

  measure(): null {
    return null
  }

  killOverLimit(): void {}

  async end(): Promise<void> {
    if (!this.isOver) this.asked.push('end')
    this.isOver = true
    await setImmediate()
    this.ready = false
  }

  async kill(): Promise<void> {
    this.killNow()
    await setImmediate()
  }

  killNow(): void {
    if (this.isOver) return
    this.asked.push('kill')
    this.#exitSoon()
  }

  /** As a real process it is gone, and that is known, a moment later. */
  #exitSoon(): void {
    this.isOver = true
    void setImmediate().then(() => this.die({ code: null, signal: 'SIGKILL', killed: true }))
  }

  #startSome(): void {
    const free = Math.max(0, (this.isComputing ? 1 : this.#maxRunning) - this.#running.length)
    const attempts = this.#waiting.splice(0, free)
    this.#running.push(...attempts)
    if (attempts.length === 0) return
    this.#emit({ type: 'turn', started: attempts, ends: [], isNew: true, activeMs: 0 })
    if (!this.isStuck) this.#emit({ type: 'turn', started: [], ends: [], isNew: true, activeMs: 0 })
  }
}

export interface FakeHosts {
  readonly start: StartHost
  /** All that were started, in order. */
  readonly hosts: FakeHost[]
}

/** Starts hosts that load these tasks at once; with `isSlow` not before `becomeReady`. */
export function fakeHosts(
  tasks: readonly TaskInfo[] | ((index: number) => readonly TaskInfo[]),
  isSlow: (index: number) => boolean = () => false,
): FakeHosts {
  const hosts: FakeHost[] = []
  const start: StartHost = (emit) => {
    const index = hosts.length
    const host = new FakeHost(emit, typeof tasks === 'function' ? tasks(index) : tasks)
    hosts.push(host)
    if (!isSlow(index)) void setImmediate().then(() => host.isOver || host.becomeReady())
    return host
  }
  return { start, hosts }
}
