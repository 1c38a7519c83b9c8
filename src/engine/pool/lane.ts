import type { ProcessIdentity } from '../../stores/store.js'
import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { ProcessExit } from '../hosts/process-exit.js'
import type { TaskHost } from '../hosts/task-host.js'
import type {
  AttemptEnd,
  AttemptId,
  Catalog,
  CheckRequest,
  JobAssignment,
  StopReason,
  TaskOutput,
  Verdict,
} from '../ipc/messages.js'
import type { LaneListener, StartHost } from './lane-listener.js'
import { RestartingHost } from './restarting-host.js'
import { SlotJobs } from './slot-jobs.js'

/**
 * A place for one warm task process at a time, and the jobs in it in the order in which they were handed over: the
 * first `share` of them run, the others wait inside the process, so that no job waits for a commit of another. The
 * process tells which of them begin: while its loop is blocked none does, and their time does not run.
 */
export class Lane {
  /** Whether a job is in it that must be alone. */
  isExclusive = false
  /** Whether its process is to be replaced after that job. */
  isUsedUp = false
  /** Whether it takes no more jobs until it is empty, for the sake of one that must be alone. */
  runsOut = false
  /** Since when nothing has ended here, by `performance.now()`. */
  quietSince = 0
  readonly #startHost: StartHost
  readonly #listener: LaneListener
  readonly #jobs = new SlotJobs()
  readonly #host: RestartingHost
  #share = 1
  #endedJobs = 0
  #isUsed = false
  #isRetired = false
  #recalling = false
  #ending = false

  constructor(startHost: StartHost, listener: LaneListener) {
    this.#startHost = startHost
    this.#listener = listener
    this.#host = new RestartingHost(() => this.#start())
  }

  get catalog(): Promise<Catalog> {
    return this.#host.current.catalog
  }

  /** Whether it was asked for what waits in it, and has not answered: its loop may be blocked. */
  get isSilent(): boolean {
    return this.#recalling
  }

  /** Whether it takes jobs. */
  get ready(): boolean {
    return this.#host.current.ready && !this.#isRetired
  }

  /** How many of its jobs run at once. */
  get share(): number {
    return this.#share
  }

  set share(share: number) {
    if (share === this.#share) return
    this.#share = share
    if (!this.#host.current.ready) return
    this.#host.current.run([], share)
  }

  /** How many jobs have ended in its process. */
  get jobsEnded(): number {
    return this.#endedJobs
  }

  /** Whether its process has had a job. */
  get isUsed(): boolean {
    return this.#isUsed
  }

  get identities(): readonly ProcessIdentity[] {
    return this.#host.current.identities
  }

  /** How often in a row its process ended before it was ready. */
  get exitsWhileLoading(): number {
    return this.#host.exitsWhileLoading
  }

  /** How many jobs are in it. */
  get count(): number {
    return this.#jobs.count
  }

  get buffered(): number {
    return this.#jobs.waiting
  }

  get running(): Iterable<RunningAttempt> {
    return this.#jobs.running
  }

  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    return this.#host.current.check(requests)
  }

  /** Hands jobs over; the process must be ready. */
  handOver(entries: readonly RunningAttempt[]): void {
    this.#isUsed = true
    if (this.#jobs.waiting === 0) this.quietSince = performance.now()
    for (const entry of entries) {
      entry.lane = this
      this.#jobs.add(entry)
    }
    this.#host.current.run(entries.map(assignmentOf), this.#share)
  }

  stop(entry: RunningAttempt, reason: StopReason): void {
    this.#host.current.stop(entry.claim.job.id, entry.claim.lease.attempt, reason)
  }

  abandon(entry: RunningAttempt): void {
    this.#host.current.abandon(entry.claim.job.id, entry.claim.lease.attempt)
  }

  /** Tells what runs the job, and all that it has started, to end. */
  terminate({ claim: { lease } }: RunningAttempt): void {
    this.#host.current.terminate(lease.job, lease.attempt)
  }

  /** Kills what runs the job. */
  killFor({ claim: { lease } }: RunningAttempt): void {
    this.#host.current.killFor(lease.job, lease.attempt)
  }

  /** Takes no more jobs: what waits is asked back, what runs goes on to its end. */
  retire(): void {
    this.#isRetired = true
    this.#host.stopReplacing()
    this.recall()
  }

  /** Looks how much memory the process holds, in bytes; null where the system does not tell. */
  measure(): number | null {
    return this.#host.current.measure()
  }

  endOverLimit(): void {
    this.#host.current.endOverLimit()
  }

  /** Asks for what waits in the process: what has not begun meanwhile comes back. False if nothing was asked. */
  recall(): boolean {
    if (this.#jobs.waiting === 0 || this.#recalling) return false
    this.#recalling = true
    this.#host.current.recall()
    return true
  }

  /** Takes everything out, as far as the worker is concerned. */
  clear(): void {
    this.#jobs.takeAll()
    this.isExclusive = false
    this.runsOut = false
    this.#recalling = false
  }

  /** Kills the process with everything that runs in it; another one takes its place. */
  kill(): Promise<void> {
    return this.#host.current.kill()
  }

  /** As `kill`, for those who cannot wait, and nothing takes its place. */
  endNow(): void {
    this.#ending = true
    this.#host.stopReplacing()
    this.#host.current.killNow()
  }

  /** Ends the lane: kills the process if it still has jobs, else lets it end by itself. */
  async end(): Promise<void> {
    this.#ending = true
    this.#host.stopReplacing()
    await (this.count > 0 ? this.#host.current.kill() : this.#host.current.end())
  }

  #start(): TaskHost {
    const { progress, enqueue, spawned } = this.#listener
    return this.#startHost({
      output: (output) => this.#listener.output(this.#attributed(output)),
      progress,
      enqueue,
      spawned,
      usage: (job, usage) => {
        const entry = this.#jobs.find(job)
        if (entry !== null) this.#listener.usage(entry, usage)
      },
      ready: () => {
        this.#host.ready()
        this.#listener.ready(this)
      },
      started: (jobs) => this.#started(jobs),
      ended: (ends) => this.#ended(ends),
      returned: (jobs) => this.#returned(jobs),
      recycle: () => this.#listener.recycle(this),
      exited: (exit) => this.#exited(exit),
    })
  }

  /** What was written past the capture, by native code or by a child, is the job's that runs alone. */
  #attributed(output: TaskOutput): TaskOutput {
    const { alone } = this.#jobs
    if (output.id !== null || output.at !== null || alone === null) return output
    return { ...output, id: alone.claim.job.id, attempt: alone.claim.lease.attempt }
  }

  #started(jobs: readonly AttemptId[]): void {
    for (const job of jobs) {
      const entry = this.#jobs.begin(job)
      if (entry !== null) this.#listener.started(entry)
    }
  }

  #ended(ends: readonly AttemptEnd[]): void {
    this.quietSince = performance.now()
    const told: { entry: RunningAttempt; end: AttemptEnd }[] = []
    for (const end of ends) {
      const entry = this.#jobs.take(end)
      if (entry === null) continue
      this.#endedJobs++
      told.push({ entry, end })
    }
    if (told.length > 0) this.#listener.ended(this, told)
  }

  #returned(jobs: readonly AttemptId[]): void {
    this.#recalling = false
    const entries = jobs.map((job) => this.#jobs.take(job)).filter((entry) => entry !== null)
    if (entries.length > 0) this.#listener.returned(this, entries)
  }

  #exited(exit: ProcessExit): void {
    if (this.#ending) return
    this.#recalling = false
    this.#endedJobs = 0
    this.#isUsed = false
    const { running, waiting } = this.#jobs.takeAll()
    this.#host.exited(exit, running.length === 0)
    if (waiting.length > 0) this.#listener.returned(this, waiting)
    this.#listener.exited(this, exit, running)
  }
}

function assignmentOf({ claim: { job } }: RunningAttempt): JobAssignment {
  return { id: job.id, attempt: job.attempt, task: job.task, argsJson: job.argsJson, slot: job.slot }
}
