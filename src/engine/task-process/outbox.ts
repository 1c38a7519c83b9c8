import type { Clock } from '../../domain/clock.js'
import type { FromTaskProcess } from '../ipc/from-task-process.js'
import type { AttemptEnd, AttemptId, TaskOutput, TaskProgress } from '../ipc/messages.js'
import type { PackedEnd } from '../ipc/packed.js'
import { packAttempt, packEnd } from '../ipc/packing.js'
import { LoopActivity } from './loop-activity.js'
import type { JobReports } from './running-jobs.js'
import { TurnOutput } from './turn-output.js'

// A loop may report its progress a million times a second; no reader looks so often.
const progressEveryMs = 50

/**
 * Sends the reports of this task process once a turn of the event loop: a thousand jobs that end together need one
 * message. Sends output and progress before the ends, so that a job's last line never follows its end.
 */
export class Outbox implements JobReports {
  readonly #output = new TurnOutput()
  readonly #activity = new LoopActivity()
  readonly #progress = new Map<string, TaskProgress>()
  #ends: PackedEnd[] = []
  /** The jobs of these ends. */
  readonly #ended = new Set<string>()
  #scheduled: NodeJS.Immediate | null = null
  /** Jobs were started: the worker waits to hear that they have not blocked the event loop. */
  #isTurnDue = false
  #isProgressPaused = false
  readonly #post: (message: FromTaskProcess) => void
  readonly #clock: Clock

  constructor(post: (message: FromTaskProcess) => void, clock: Clock) {
    this.#clock = clock
    this.#post = post
  }

  output(output: TaskOutput): void {
    // What a job writes after its end is not its output: the end goes first.
    if (output.id !== null && this.#ended.has(output.id)) this.flush()
    this.#output.add(output)
    this.#schedule()
  }

  progress(progress: TaskProgress): void {
    this.#progress.set(progress.id, progress)
    if (this.#isProgressPaused) return
    this.#isProgressPaused = true
    this.#clock.after(progressEveryMs, () => {
      this.#isProgressPaused = false
      this.flush()
    })
    this.flush()
  }

  log({ id, attempt }: AttemptId, text: string): void {
    this.output({ id, attempt, stream: 'stdout', text, at: this.#clock.now() })
  }

  end(end: AttemptEnd): void {
    this.#ends.push(packEnd(end))
    this.#ended.add(end.id)
    this.#schedule()
  }

  started(jobs: readonly AttemptId[]): void {
    this.#flush(jobs, true)
    this.#isTurnDue = true
    // After the jobs that start in the next turn: their message then has this turn's ends.
    this.#cancelSchedule()
    this.#schedule()
  }

  returned(jobs: readonly AttemptId[]): void {
    this.send({ type: 'returned', jobs })
  }

  /** Sends a message at once, after the buffered reports. */
  send(message: FromTaskProcess): void {
    this.flush()
    this.#post(message)
  }

  flush(): void {
    this.#flush([], !this.#isTurnDue)
  }

  /** `isNew`: the jobs that started last have run their first lines. */
  #flush(started: readonly AttemptId[], isNew: boolean): void {
    const output = this.#output.take()
    const progress = [...this.#progress.values()]
    const ends = this.#ends
    this.#progress.clear()
    this.#ends = []
    this.#ended.clear()
    if (output.length > 0) this.#post({ type: 'output', output })
    if (progress.length > 0) this.#post({ type: 'progress', progress })
    const isDue = ends.length > 0 || started.length > 0 || (isNew && this.#isTurnDue)
    if (isNew) this.#isTurnDue = false
    if (!isDue) return
    this.#post({ type: 'turn', ends, started: started.map(packAttempt), isNew, activeMs: this.#activity.take() })
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null
      this.#flush([], true)
    })
  }

  #cancelSchedule(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled)
    this.#scheduled = null
  }
}
