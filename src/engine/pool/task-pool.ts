import type { Clock } from '../../domain/clock.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { OuterStreams } from '../hosts/command.js'
import { CommandHost } from '../hosts/command-host.js'
import type { Catalog, CheckRequest, EnqueueAnswer, TaskInfo, TaskOutput, Verdict } from '../ipc/messages.js'
import { shellTask } from '../shell-task.js'
import { sharesBeside, sum } from './fair-share.js'
import { IsolatedJobs } from './isolated-jobs.js'
import { Lane } from './lane.js'
import type { LaneListener, StartHost } from './lane-listener.js'
import { Place } from './place.js'

const notStarted: EnqueueAnswer = {
  name: 'OffstageError',
  code: 'E_NO_WORKER',
  message: 'enqueue() was called before the worker had started',
  hint: 'call it in a task, not while its module loads',
}

/** The tasks of a pool. */
export interface PoolTasks {
  /** null: there are none but the built-in one. */
  readonly start: StartHost | null
  /** Where programs run. */
  readonly cwd: string
  /** What commands read, and where they write beside the record of their job. Left out: nothing, and nowhere. */
  readonly outer?: OuterStreams
}

/**
 * The task processes of a worker, each with its share of the concurrency, and the programs that it runs.
 */
export class TaskPool {
  /** The tasks and faults of the project. Rejects with ProjectError if the first process dies before it has them. */
  readonly catalog: Promise<Catalog>
  readonly #start: StartHost | null
  readonly #commands: Lane
  readonly #outputBefore: (output: TaskOutput) => void
  readonly #places: Place[]
  /** Those of its jobs that must be alone. */
  readonly isolated: IsolatedJobs
  #tasks: ReadonlyMap<string, TaskInfo> = new Map()
  #known: readonly string[] = [shellTask]
  /** What each process found in the task directory: while a deploy is under way, not the same. */
  readonly #found = new WeakMap<Lane, readonly string[]>()
  #concurrency = 1
  #hasCommands = false
  #listener: LaneListener | null = null

  /**
   * Starts a first process, so that it loads while the caller does other things. `output` hears what modules write as
   * they load, until the pool is opened.
   */
  constructor(tasks: PoolTasks, clock: Clock, output: (output: TaskOutput) => void) {
    this.#outputBefore = output
    const place = {
      cwd: tasks.cwd,
      outer: tasks.outer ?? null,
      fileOf: (task: string) => this.task(task)?.file ?? null,
    }
    this.#commands = new Lane((listener) => new CommandHost(place, clock, listener), this.#relay())
    this.#start = tasks.start
    this.#places = tasks.start === null ? [] : [new Place(tasks.start, this.#relay())]
    this.isolated = new IsolatedJobs(this.#places, ({ claim }) => this.#hasOwnProcess(claim.job.task))
    this.catalog = (this.#places[0]?.lane ?? this.#commands).catalog
  }

  get lanes(): readonly Lane[] {
    return [...this.#places.flatMap(({ lanes }) => lanes), this.#commands]
  }

  get processes(): readonly ProcessIdentity[] {
    return this.lanes.flatMap(({ identities }) => identities)
  }

  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    const [first] = this.#places
    return first === undefined ? Promise.resolve([]) : first.lane.check(requests)
  }

  /** What is known of a task; undefined if this project has none of that name. */
  task(name: string): TaskInfo | undefined {
    return this.#tasks.get(name)
  }

  /** The names of the tasks whose jobs can run here, the built-in one too. The same list as long as they are the same. */
  get known(): readonly string[] {
    return this.#known
  }

  /** Makes the pool a worker's: `concurrency` jobs at once, shared out among at most so many processes. */
  open(concurrency: number, processes: number, listener: LaneListener): void {
    this.#listener = listener
    this.#concurrency = concurrency
    const start = this.#start
    const count = start === null ? 0 : Math.min(processes, concurrency)
    while (start !== null && this.#places.length < count) this.#places.push(new Place(start, this.#relay()))
    this.#shareOut()
  }

  /** Whether a lane could take a job that would run at once, or has less than half of what it may hold. */
  isHungry(ahead: number): boolean {
    if (this.#places.length === 0) return this.#commands.count < this.#concurrency
    return this.#open().some((lane) => lane.count < lane.share || lane.count <= this.#quota(lane, ahead) / 2)
  }

  /** How many jobs could be handed over, if `ahead` of them wait in the processes for those that run. */
  room(ahead: number): number {
    if (this.#places.length === 0) return this.#concurrency - this.#commands.count
    const room = this.#open().reduce((sum, lane) => sum + Math.max(0, this.#quota(lane, ahead) - lane.count), 0)
    // Those who wait for an empty lane have a place already.
    return room - this.isolated.count
  }

  /** Hands jobs over, each to the lane that is filled least. Answers those for which there is no process any more. */
  handOver(entries: readonly RunningAttempt[]): readonly RunningAttempt[] {
    const commands = entries.filter((entry) => this.#isCommand(entry))
    if (commands.length > 0) {
      this.#shareOut()
      this.#commands.handOver(commands)
      this.#shareOut()
    }
    const isolated = entries.filter((entry) => this.#isIsolated(entry))
    this.isolated.add(isolated)
    const isPlaced = isolated.length > 0 || commands.length > 0
    const rest = isPlaced ? entries.filter((entry) => !isolated.includes(entry) && !commands.includes(entry)) : entries
    const loads = this.#open().map((lane) => ({ lane, count: lane.count, added: [] as RunningAttempt[] }))
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
    return this.lanes.reduce((sum, lane) => sum + lane.buffered, 0)
  }

  /** Asks all lanes, or those where nothing has ended for `quietMs`, for the jobs that wait in them. False if none was asked. */
  recall(quietMs = 0): boolean {
    const now = performance.now()
    const quiet = this.lanes.filter((lane) => now - lane.quietSince >= quietMs)
    return quiet.filter((lane) => lane.recall()).length > 0
  }

  /** Jobs have left a lane: an isolated job that waits for an empty one may have its turn. */
  left(lane: Lane): void {
    if (lane.count === 0 && lane.isExclusive) {
      lane.isExclusive = false
      if (lane.isUsedUp) this.replace(lane)
    }
    this.#placeOf(lane)?.left()
    if (this.#hasCommands) this.#shareOut()
    this.isolated.place()
  }

  /** Gives all places to fresh processes; what runs goes on to its end in the old ones. */
  replaceAll(): void {
    for (const place of this.#places) place.replace()
  }

  /** Gives the lane's place to a fresh process; what runs in the lane goes on to its end. */
  replace(lane: Lane): void {
    const place = this.#placeOf(lane)
    if (place?.lane === lane && lane.ready) place.replace()
  }

  /** Takes everything out, as far as the worker is concerned. */
  clear(): void {
    for (const lane of this.lanes) lane.clear()
    this.isolated.withdrawAll()
  }

  /** Kills all processes with everything that runs in them; others take their places. */
  async kill(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.kill()))
  }

  /** As `kill`, for those who cannot wait: nothing takes their places. */
  killNow(): void {
    for (const lane of this.lanes) lane.endNow()
  }

  /** Ends all processes: kills those that still have jobs, lets the others end by themselves. */
  async end(): Promise<void> {
    await Promise.all([...this.#places.map((place) => place.end()), this.#commands.end()])
  }

  async #learn(lane: Lane): Promise<void> {
    const { tasks } = await lane.catalog.catch(() => ({ tasks: [] }))
    this.#tasks = new Map(tasks.map((task) => [task.name, task]))
    this.#found.set(lane, [...this.#tasks.keys()])
    // A job may be handed to any of them.
    const all = new Set(this.#places.flatMap((place) => this.#found.get(place.lane) ?? []))
    const inAll = (name: string) => this.#places.every((place) => this.#found.get(place.lane)?.includes(name) !== false)
    const known = [shellTask, ...[...all].filter(inAll)]
    if (known.join() !== this.#known.join()) this.#known = known
  }

  /** Programs take from the share of the functions, and begin as those end: together they are never more than may run. */
  #shareOut(): void {
    const uses = this.#places.map((place) => {
      const count = sum(place.lanes.map((lane) => lane.count))
      return { count, running: count - sum(place.lanes.map((lane) => lane.buffered)), share: place.share }
    })
    const shares = sharesBeside(this.#concurrency - this.#commands.count, uses)
    this.#places.forEach((place, index) => {
      place.share = shares[index] ?? 0
    })
    const taken = uses.map(({ running, count }, index) => Math.max(running, Math.min(count, shares[index] ?? 0)))
    this.#commands.share = Math.max(0, this.#concurrency - sum(taken))
    this.#hasCommands = this.#commands.count > 0
  }

  #placeOf(lane: Lane): Place | undefined {
    return this.#places.find(({ lanes }) => lanes.includes(lane))
  }

  /** Lanes that take what anybody may share. */
  #open(): Lane[] {
    const lanes = this.#places.map(({ lane }) => lane)
    return lanes.filter((lane) => lane.ready && lane.share > 0 && !lane.isExclusive && !lane.runsOut && !lane.isSilent)
  }

  #quota(lane: Lane, ahead: number): number {
    return lane.share + Math.floor((ahead * lane.share) / this.#concurrency)
  }

  #isCommand({ claim: { job } }: RunningAttempt): boolean {
    return job.task === shellTask || (this.task(job.task)?.executable ?? false)
  }

  #isIsolated(entry: RunningAttempt): boolean {
    const { job } = entry.claim
    return !this.#isCommand(entry) && (job.suspect || this.#hasOwnProcess(job.task))
  }

  #hasOwnProcess(task: string): boolean {
    return this.task(task)?.isolation === 'own'
  }

  /** What lanes tell, before and after somebody listens. */
  #relay(): LaneListener {
    return {
      // A claim that comes before it is known what the process can run would pass over everything.
      ready: (lane) =>
        void this.#learn(lane).then(() => {
          this.isolated.place()
          this.#listener?.ready(lane)
        }),
      started: (entry) => this.#listener?.started(entry),
      ended: (lane, ends) => this.#listener?.ended(lane, ends),
      returned: (lane, entries) => this.#listener?.returned(lane, entries),
      recycle: (lane) => this.replace(lane),
      exited: (lane, exit, running) => this.#listener?.exited(lane, exit, running),
      output: (output) => (this.#listener === null ? this.#outputBefore(output) : this.#listener.output(output)),
      progress: (progress) => this.#listener?.progress(progress),
      usage: (entry, usage) => this.#listener?.usage(entry, usage),
      spawned: async () => this.#listener?.spawned(),
      enqueue: async (request) => this.#listener?.enqueue(request) ?? notStarted,
    }
  }
}
