import type { Clock } from '../domain/clock.js'
import type { Usage } from '../domain/job.js'
import type { JsonValue } from '../domain/json.js'
import { textMask } from '../domain/redact.js'
import type { Addition, JobStore } from '../stores/store.js'
import { AttemptLog } from './attempt-log.js'
import type { EngineEmitter } from './events.js'
import type { InFlight } from './in-flight.js'
import type { TaskOutput, TaskProgress } from './protocol.js'

// Soon enough for those who follow a job, and seldom enough for the store.
const flushMs = 50

/** Takes what the running jobs print, and how far they are, to the store: some times a second, and before each end. */
export class OutputLog {
  readonly #store: Pick<JobStore, 'append'>
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #redact: readonly string[]
  readonly #changed = new Set<InFlight>()
  #timer: NodeJS.Timeout | null = null

  /** `redact`: names of keys, beside the built-in ones, whose values are masked. */
  constructor(store: Pick<JobStore, 'append'>, clock: Clock, events: EngineEmitter, redact: readonly string[]) {
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#redact = redact
  }

  /** Answers it as it may be shown. */
  write(entry: InFlight, output: TaskOutput): TaskOutput {
    const log = this.#logOf(entry)
    log.write(output.stream, output.text, output.at ?? this.#clock.now())
    return { ...output, text: log.mask(output.text) }
  }

  /** Answers it as it may be shown. */
  progress(entry: InFlight, progress: TaskProgress): TaskProgress {
    const log = this.#logOf(entry)
    const { fraction } = progress
    const message = progress.message === null ? null : log.mask(progress.message)
    log.progress({ fraction, message })
    return { ...progress, message }
  }

  usage(entry: InFlight, usage: Usage): void {
    this.#logOf(entry).usage(usage)
  }

  /** The attempts are about to be settled: what they said last goes first. */
  end(entries: readonly InFlight[]): void {
    const logged = entries.filter(({ log }) => log !== null)
    for (const { log } of logged) log?.end(this.#clock.now())
    this.#flush(logged)
  }

  #logOf(entry: InFlight): AttemptLog {
    entry.log ??= new AttemptLog(textMask(JSON.parse(entry.claim.job.argsJson) as JsonValue, this.#redact))
    this.#changed.add(entry)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#flush([...this.#changed])
    }, flushMs)
    return entry.log
  }

  #flush(entries: readonly InFlight[]): void {
    const additions: Addition[] = []
    for (const entry of entries) {
      this.#changed.delete(entry)
      const taken = entry.log?.take() ?? null
      if (taken !== null) additions.push({ lease: entry.claim.lease, ...taken })
    }
    if (additions.length === 0) return
    // What cannot be stored is let go: a job shall not wait for its output.
    this.#store.append(additions).catch((thrown: unknown) => {
      this.#events.emit('store.unavailable', thrown instanceof Error ? thrown : new Error(String(thrown)))
    })
  }
}
