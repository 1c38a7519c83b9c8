import type { Clock } from '../../domain/clock.js'
import { notifyTask } from '../../domain/notification.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type { RunningAttempt } from '../attempts/running-attempt.js'
import { CommandHost } from '../hosts/command-host.js'
import type { SlotEvent, StartHost } from '../hosts/task-host.js'
import type { Catalog, CheckRequest, TaskInfo, TaskOutput, Verdict } from '../ipc/messages.js'
import { shellTaskInfo } from '../shell-task.js'
import { answeredInTime } from './answered-in-time.js'
import { EndingSlots } from './ending-slots.js'
import { sum } from './fair-share.js'
import { IsolatedJobs } from './isolated-jobs.js'
import { KnownTasks } from './known-tasks.js'
import { type EmitFromPool, handleBeforeOpen, type ReplaceReason } from './pool-event.js'
import { builtInTasks, type PoolTasks } from './pool-tasks.js'
import { ProcessSlot } from './process-slot.js'
import { SharedSlots } from './shared-slots.js'

// The system lacks memory or processes now, and may have them soon.
const startAgainMs = 1_000
// A process that has been of no use for so long is not missed; one that ends too early costs a start.
const spareMs = 30_000
// A new process that could not load the tasks: its module may be mended soon.
const joinAgainMs = 30_000

/**
 * Runs the jobs of a worker, `concurrency` of them at once: functions in task processes, each with its share of the
 * concurrency. Isolated jobs, programs and the jobs of processes that drain run beside them and are taken off the
 * shares.
 */
export class TaskPool {
  /**
   * The tasks and faults of the project, and the built-in task. Rejects with ProjectError if the first process dies
   * before it has them.
   */
  readonly catalog: Promise<Catalog>
  readonly #isolated: IsolatedJobs
  readonly #tasks: PoolTasks
  readonly #clock: Clock
  readonly #outputBefore: (output: TaskOutput) => void
  readonly #shared: SharedSlots
  readonly #draining = new Set<ProcessSlot>()
  readonly #ending = new EndingSlots()
  readonly #commands: ProcessSlot
  readonly #known: KnownTasks
  #concurrency = 1
  #maxProcesses = 1
  /** Whether the concurrency must be shared out again as jobs end: some run beside the shares. */
  #isUneven = false
  #emit: EmitFromPool | null = null
  #isOver = false
  #cancelRetry = () => {}
  #cancelTrim: (() => void) | null = null
  /** Programs block no task process: where some were claimed, the next claim may find twice as many. */
  #commandRoom = 0
  /** By the monotonic clock: no process is added before. */
  #noneBefore = 0

  /**
   * Starts a first process at once, so that it loads while the caller prepares. `output` gets what modules write until
   * the pool is opened.
   */
  constructor(tasks: PoolTasks, clock: Clock, output: (output: TaskOutput) => void) {
    this.#tasks = tasks
    this.#clock = clock
    this.#known = new KnownTasks(builtInTasks(tasks), clock)
    this.#outputBefore = output
    const programs = {
      cwd: tasks.cwd,
      outer: tasks.outer ?? null,
      deliver: tasks.deliver ?? null,
      taskOf: (name: string) => this.task(name) ?? null,
    }
    const { start } = tasks
    this.#commands = this.#startSlot((emit) => new CommandHost(programs, clock, emit), 'shared')
    this.#shared = new SharedSlots(start, (start) => this.#startSlot(start, 'shared'))
    this.#isolated = new IsolatedJobs(() => this.#startSlot(start ?? noTasks, 'exclusive'), this.#ending)
    const found = (this.#shared.all[0] ?? this.#commands).catalog
    this.catalog = found.then((catalog) => ({ ...catalog, tasks: [shellTaskInfo, ...catalog.tasks] }))
    this.catalog.catch(() => {}) // callers may ignore it
  }

  /** All slots: shared, draining, exclusive, and that of the programs. */
  get slots(): readonly ProcessSlot[] {
    return [...this.#shared.all, ...this.#draining, ...this.#isolated.slots, this.#commands]
  }

  get processes(): readonly ProcessIdentity[] {
    return [...this.slots, ...this.#ending.all].flatMap(({ identities }) => identities)
  }

  /** Throws UsageError if the schemas give no answer within a minute. */
  async check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    const [first] = this.#shared.all
    return first === undefined ? [] : answeredInTime(first.check(requests), requests, this.#clock)
  }

  /** undefined if this project has no task of that name. */
  task(name: string): TaskInfo | undefined {
    return this.#known.info(name)
  }

  /**
   * The names of the tasks whose jobs can run here, the built-in one too. Returns the same array until they change.
   */
  get known(): readonly string[] {
    return this.#known.names
  }

  /**
   * Makes the pool a worker's: `concurrency` jobs at once. It begins with one process, which has all of it, and starts
   * others while their jobs need them, at most `processes`.
   */
  open(concurrency: number, processes: number, emit: EmitFromPool): void {
    this.#emit = emit
    this.#concurrency = concurrency
    this.#maxProcesses = Math.min(processes, concurrency)
    this.#shareOut()
  }

  /** Whether a slot could run one more job at once, or has less than half of the jobs that it may have. */
  needsJobs(ahead: number): boolean {
    if (this.#shared.all.length === 0) return this.#commands.count < this.#concurrency
    return this.#shared.needsJobs(ahead, this.#concurrency)
  }

  /** How many jobs could be handed over, if `ahead` of them may wait in the processes. */
  room(ahead: number): number {
    if (this.#shared.all.length === 0) return this.#concurrency - this.#commands.count
    const count = sum([...this.#shared.all, this.#commands].map((slot) => slot.count)) + this.#isolated.count
    return Math.max(this.#shared.room(ahead, this.#concurrency), Math.min(this.#commandRoom, this.#concurrency - count))
  }

  /**
   * Hands jobs over, each to the slot that is filled least. Returns those that cannot run here: there is no process for
   * them, or isolated jobs and programs use the whole concurrency.
   */
  handOver(attempts: readonly RunningAttempt[]): readonly RunningAttempt[] {
    const isBeside = (attempt: RunningAttempt) => this.#isCommand(attempt) || this.#isIsolated(attempt)
    const beside = attempts.filter(isBeside)
    this.#commandRoom = 2 * attempts.filter((attempt) => this.#isCommand(attempt)).length
    if (beside.length === 0) return this.#shared.handOver(attempts)
    // Programs and processes start as soon as they are handed over: not more of them than the others leave.
    const taken = beside.slice(0, Math.max(0, this.#concurrency - this.#shareOut()))
    const commands = taken.filter((attempt) => this.#isCommand(attempt))
    this.#isolated.add(taken.filter((attempt) => !this.#isCommand(attempt)))
    if (commands.length > 0) this.#commands.handOver(commands)
    this.#shareOut()
    const shared = attempts.filter((attempt) => !isBeside(attempt))
    return [...beside.slice(taken.length), ...this.#shared.handOver(shared)]
  }

  /** Takes back a job that waits for a process of its own. */
  withdraw(attempt: RunningAttempt): void {
    this.#isolated.withdraw(attempt)
    this.#shareOut()
  }

  /** Takes back all jobs that wait for a process of their own. */
  withdrawAll(): readonly RunningAttempt[] {
    return this.#isolated.withdrawAll()
  }

  /** How many jobs wait in the processes. */
  get buffered(): number {
    return sum(this.slots.map((slot) => slot.buffered))
  }

  /** How many jobs run, as far as is known. */
  get running(): number {
    return sum(this.slots.map((slot) => slot.count - slot.buffered))
  }

  /** How many deliveries of notifications it has. */
  get deliveries(): number {
    return this.#commands.jobs.filter(({ claim }) => claim.job.task === notifyTask).length
  }

  /** Recalls waiting jobs from all slots where no job has ended for `quietMs`. False if there was nothing to recall. */
  recall(quietMs = 0): boolean {
    const now = this.#clock.monotonicMs()
    const quiet = this.slots.filter((slot) => now - slot.quietSince >= quietMs)
    return quiet.filter((slot) => slot.recall()).length > 0
  }

  /** Jobs have left a slot: shares out the free concurrency. */
  left(slot: ProcessSlot): void {
    this.#isolated.left(slot)
    if (this.#draining.has(slot) && slot.count === 0) this.#end(slot)
    if (this.#isUneven) this.#shareOut()
  }

  /** Starts another process if one is blocked. */
  relieve(): void {
    if (this.#shared.all.some(({ isStuck }) => isStuck)) this.#addProcess()
  }

  /** Whether jobs wait in the processes, or may have blocked one. */
  get mayStall(): boolean {
    return this.#shared.all.some(({ isUnproven }) => isUnproven) || this.buffered > 0
  }

  /** Replaces the processes of all shared slots. Running jobs end in the old ones. */
  replaceAll(): void {
    for (const slot of [...this.#shared.all]) this.#replace(slot)
  }

  /** Replaces the process of a shared slot. Running jobs end in the old one. */
  replace(slot: ProcessSlot, reason: ReplaceReason): void {
    if (slot.ready && this.#replace(slot)) this.#emit?.(slot, { type: 'replaced', reason })
  }

  /** Forgets all its jobs. The process may still run them. */
  clear(): void {
    this.#isolated.clear()
    for (const slot of this.slots) slot.clear()
    this.#shareOut()
  }

  /** Kills all processes with everything that runs in them; others take their places. */
  async kill(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.killProcess()))
  }

  /** Like `kill`, without waiting for the end, and no other processes follow. */
  killNow(): void {
    this.#isOver = true
    for (const slot of [...this.slots, ...this.#ending.all]) slot.endNow()
  }

  /** Ends all processes: kills those with jobs, and lets the others end by themselves. */
  async end(): Promise<void> {
    this.#isOver = true
    this.#cancelRetry()
    this.#cancelTrim?.()
    this.#known.stop()
    this.#isolated.end()
    for (const slot of [...this.#shared.all, ...this.#draining, this.#commands]) this.#end(slot)
    await this.#ending.ended()
  }

  #startSlot(start: StartHost, mode: 'shared' | 'exclusive'): ProcessSlot {
    return new ProcessSlot(this.#clock, start, (slot, event) => this.#onSlotEvent(slot, event), mode)
  }

  #addProcess(): void {
    const isTooSoon = this.#clock.monotonicMs() < this.#noneBefore
    if (!this.#isOver && !isTooSoon) this.#shared.add(this.#maxProcesses)
  }

  /** A new process has loaded the tasks. The code may have changed since the others did: none of their tasks may go. */
  async #readyToJoin(slot: ProcessSlot): Promise<void> {
    const { tasks } = await slot.catalog
    if (!this.#shared.isJoining(slot)) return
    const found = new Set([shellTaskInfo.name, ...tasks.map(({ name }) => name)])
    if (this.#known.names.some((name) => !found.has(name))) {
      this.#giveUpJoining(slot)
      return
    }
    this.#shared.join()
    this.#shareWith(slot)
    await this.#known.learn(slot, this.#shared.all)
    this.#emit?.(slot, { type: 'ready' })
  }

  /** A new process died while it loaded the tasks, or lacks some: the others do the work, and the next one comes later. */
  #giveUpJoining(slot: ProcessSlot): void {
    this.#shared.giveUpJoining()
    this.#noneBefore = this.#clock.monotonicMs() + joinAgainMs
    this.#end(slot)
  }

  /** A new process is ready: jobs that wait in the others can start in it. */
  #shareWith(slot: ProcessSlot): void {
    slot.quietSince = this.#clock.monotonicMs()
    this.#shareOut()
    for (const other of this.#shared.all) if (other !== slot) other.recall()
    this.#trimLater()
  }

  /** Ends processes that are not needed any more, but for the first. */
  #trimLater(): void {
    if (this.#isOver) return
    this.#cancelTrim ??= this.#clock.after(spareMs / 3, () => {
      this.#cancelTrim = null
      const spare = this.#shared.takeSpare(spareMs, this.#clock.monotonicMs())
      for (const slot of spare) this.#end(slot)
      if (spare.length > 0) this.#shareOut()
      // A task that only one of them lacked is known again.
      if (this.#known.name(this.#shared.all)) this.#emit?.(this.#commands, { type: 'ready' })
      if (this.#shared.all.length > 1) this.#trimLater()
    })
  }

  #replace(slot: ProcessSlot): boolean {
    if (!this.#shared.replace(slot)) return false
    slot.drain()
    this.#draining.add(slot)
    if (slot.count === 0) this.#end(slot)
    this.#shareOut()
    return true
  }

  #end(slot: ProcessSlot): void {
    this.#draining.delete(slot)
    this.#ending.add(slot)
  }

  /**
   * Shares out the concurrency. Isolated jobs and programs start when shared jobs end: together they never exceed it.
   * Returns how much of it jobs beside the shared slots have, or wait for.
   */
  #shareOut(): number {
    const draining = sum([...this.#draining].map(({ count }) => count))
    const beside = draining + this.#isolated.count + this.#commands.count
    const taken = this.#shared.shareOut(this.#concurrency - beside)
    const free = Math.max(0, this.#concurrency - draining - taken)
    this.#startIsolated(free - (this.#commands.count - this.#commands.buffered))
    this.#commands.share = Math.max(0, free - this.#isolated.running)
    this.#isUneven = beside > 0 || this.#shared.isUneven
    return beside
  }

  #startIsolated(max: number): void {
    if (this.#isOver || this.#isolated.start(max)) return
    this.#cancelRetry()
    this.#cancelRetry = this.#clock.after(startAgainMs, () => this.#shareOut())
  }

  #isCommand({ claim: { job } }: RunningAttempt): boolean {
    return (this.task(job.task)?.kind ?? 'function') !== 'function'
  }

  #isIsolated(attempt: RunningAttempt): boolean {
    const { job } = attempt.claim
    if (this.#tasks.isInline === true || this.#isCommand(attempt)) return false
    return job.suspect || this.task(job.task)?.isolation === 'own'
  }

  #onSlotEvent(slot: ProcessSlot, event: SlotEvent<RunningAttempt>): void {
    switch (event.type) {
      case 'ready':
        if (this.#isolated.has(slot)) {
          void this.#readyIsolated(slot)
          return
        }
        if (this.#shared.isJoining(slot)) {
          void this.#readyToJoin(slot)
          return
        }
        // Claim only after the tasks of the process are known, or the claim finds nothing.
        void this.#known.learn(slot, this.#shared.all).then(() => this.#emit?.(slot, event))
        return
      case 'recycle':
        this.replace(slot, 'late error')
        return
      case 'busy':
        this.#addProcess()
        return
      case 'exited': {
        if (this.#shared.isJoining(slot)) {
          this.#giveUpJoining(slot)
          return
        }
        const attempt = this.#isolated.pending(slot)
        const { code, signal } = event.exit
        if (attempt === null || (code === null && signal === null)) break
        // Its own module may be what ends the process while it loads: that is the job's loss.
        this.#isolated.withdraw(attempt)
        this.#emit?.(slot, { ...event, running: [attempt] })
        return
      }
    }
    if (this.#emit === null) handleBeforeOpen(event, this.#outputBefore)
    else this.#emit(slot, event)
  }

  /** Hands the job over, if the code that was just loaded has its task: it may be newer than that of the shared processes. */
  async #readyIsolated(slot: ProcessSlot): Promise<void> {
    const { tasks, faults } = await slot.catalog
    const attempt = this.#isolated.pending(slot)
    if (attempt === null) return
    const { task } = attempt.claim.job
    if (tasks.some(({ name }) => name === task)) {
      this.#isolated.ready(slot)
      return
    }
    const wasKnown = this.#known.lose(task, this.#shared.all, () => this.#emit?.(slot, { type: 'ready' }))
    this.withdraw(attempt)
    this.#emit?.(slot, { type: 'task missing', attempt, fault: faults[0]?.message ?? null, wasKnown })
  }
}

function noTasks(): never {
  throw new Error('a pool without tasks has no isolated jobs')
}
