import type { ProcessIdentity } from '../../stores/store.js'
import type { InFlight } from '../in-flight.js'
import type { Catalog, CheckRequest, EnqueueAnswer, TaskOutput, Verdict } from '../protocol.js'
import { Lane, type LaneListener } from './lane.js'
import type { TaskProgram } from './task-process.js'

const notStarted: EnqueueAnswer = {
  name: 'OffstageError',
  code: 'E_NO_WORKER',
  message: 'enqueue() was called before the worker had started',
  hint: 'call it in a task, not while its module loads',
}

/**
 * The task processes of a worker, each with its share of the concurrency. A suspect, a job that may have killed its
 * process, is alone in one: it waits for a lane to be empty, which takes nothing else meanwhile.
 */
export class TaskPool {
  /** The tasks and faults of the project. Rejects with ProjectError if the first process dies before it has them. */
  readonly catalog: Promise<Catalog>
  readonly #program: TaskProgram
  readonly #outputBefore: (output: TaskOutput) => void
  readonly #first: Lane
  readonly #lanes: Lane[]
  readonly #suspects: InFlight[] = []
  #concurrency = 1
  #listener: LaneListener | null = null

  /**
   * Starts a first process, so that it loads while the caller does other things. `output` hears what modules write as
   * they load, until the pool is opened.
   */
  constructor(program: TaskProgram, output: (output: TaskOutput) => void) {
    this.#program = program
    this.#outputBefore = output
    this.#first = new Lane(program, this.#relay())
    this.#lanes = [this.#first]
    this.catalog = this.#first.catalog
  }

  get lanes(): readonly Lane[] {
    return this.#lanes
  }

  get processes(): readonly ProcessIdentity[] {
    return this.#lanes.map(({ identity }) => identity).filter((identity) => identity !== null)
  }

  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    return this.#first.check(requests)
  }

  /** Makes the pool a worker's: `concurrency` jobs at once, shared out among at most so many processes. */
  open(concurrency: number, processes: number, listener: LaneListener): void {
    this.#listener = listener
    this.#concurrency = concurrency
    const lanes = Math.min(processes, concurrency)
    while (this.#lanes.length < lanes) this.#lanes.push(new Lane(this.#program, this.#relay()))
    this.#lanes.forEach((lane, index) => {
      lane.share = Math.floor(concurrency / lanes) + (index < concurrency % lanes ? 1 : 0)
    })
  }

  /** Whether a lane could take a job that would run at once, or has less than half of what it may hold. */
  isHungry(ahead: number): boolean {
    return this.#open().some((lane) => lane.count < lane.share || lane.count <= this.#quota(lane, ahead) / 2)
  }

  /** How many jobs could be handed over, if `ahead` of them wait in the processes for those that run. */
  room(ahead: number): number {
    const room = this.#open().reduce((sum, lane) => sum + Math.max(0, this.#quota(lane, ahead) - lane.count), 0)
    // Those who wait for an empty lane have a place already.
    return room - this.#suspects.length
  }

  /** Hands jobs over, each to the lane that is filled least. Answers those for which there is no process any more. */
  handOver(entries: readonly InFlight[]): readonly InFlight[] {
    const suspects = entries.filter((entry) => entry.claim.job.suspect)
    this.#suspects.push(...suspects)
    this.#placeSuspects()
    const rest = suspects.length === 0 ? entries : entries.filter((entry) => !entry.claim.job.suspect)
    const loads = this.#open().map((lane) => ({ lane, count: lane.count, added: [] as InFlight[] }))
    if (loads.length === 0) return rest
    for (const entry of rest) {
      const least = loads.reduce((a, b) => (b.count / b.lane.share < a.count / a.lane.share ? b : a))
      least.added.push(entry)
      least.count++
    }
    for (const { lane, added } of loads) if (added.length > 0) lane.handOver(added)
    return []
  }

  /** How many jobs wait in the processes. */
  get buffered(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.buffered, 0)
  }

  /** Asks all lanes, or those where nothing has ended for `quietMs`, for the jobs that wait in them. False if none was asked. */
  recall(quietMs = 0): boolean {
    const now = performance.now()
    const quiet = this.#lanes.filter((lane) => now - lane.quietSince >= quietMs)
    return quiet.filter((lane) => lane.recall()).length > 0
  }

  /** Takes back one suspect that waits for an empty lane. */
  withdraw(suspect: InFlight): void {
    const index = this.#suspects.indexOf(suspect)
    if (index >= 0) this.#suspects.splice(index, 1)
  }

  /** Takes back the suspects that wait for an empty lane. */
  withdrawSuspects(): readonly InFlight[] {
    return this.#suspects.splice(0)
  }

  /** Jobs have left a lane: a suspect that waits for an empty one may have its turn. */
  left(lane: Lane): void {
    if (lane.count === 0) lane.holdsSuspect = false
    this.#placeSuspects()
  }

  /** Takes everything out, as far as the worker is concerned. */
  clear(): void {
    for (const lane of this.#lanes) lane.clear()
    this.withdrawSuspects()
  }

  /** Kills all processes with everything that runs in them; others take their places. */
  async kill(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.kill()))
  }

  /** As `kill`, for those who cannot wait: nothing takes their places. */
  killNow(): void {
    for (const lane of this.#lanes) lane.killNow()
  }

  /** Ends all processes: kills those that still have jobs, lets the others end by themselves. */
  async end(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.end()))
  }

  /** Lanes that take what anybody may share. */
  #open(): Lane[] {
    return this.#lanes.filter((lane) => lane.ready && !lane.holdsSuspect && !lane.runsOut)
  }

  #quota(lane: Lane, ahead: number): number {
    return lane.share + Math.floor((ahead * lane.share) / this.#concurrency)
  }

  #placeSuspects(): void {
    while (this.#suspects.length > 0) {
      const empty = this.#lanes.find((lane) => lane.count === 0 && lane.ready)
      if (empty === undefined) {
        this.#emptyOne()
        return
      }
      empty.holdsSuspect = true
      empty.handOver(this.#suspects.splice(0, 1))
    }
    for (const lane of this.#lanes) lane.runsOut = false
  }

  /** Lets one lane run out for those who must be alone. */
  #emptyOne(): void {
    if (this.#lanes.some((lane) => lane.holdsSuspect || lane.runsOut)) return
    const [lane] = this.#open().sort((a, b) => a.count - a.buffered - (b.count - b.buffered))
    if (lane === undefined) return // it will be empty when its process is back
    lane.runsOut = true
    lane.recall()
  }

  /** What lanes tell, before and after somebody listens. */
  #relay(): LaneListener {
    return {
      ready: (lane) => {
        this.#placeSuspects()
        this.#listener?.ready(lane)
      },
      began: (entry) => this.#listener?.began(entry),
      ended: (lane, ends) => this.#listener?.ended(lane, ends),
      returned: (lane, entries) => this.#listener?.returned(lane, entries),
      died: (lane, death, running) => this.#listener?.died(lane, death, running),
      output: (output) => (this.#listener === null ? this.#outputBefore(output) : this.#listener.output(output)),
      progress: (progress) => this.#listener?.progress(progress),
      enqueue: async (request) => this.#listener?.enqueue(request) ?? notStarted,
    }
  }
}
