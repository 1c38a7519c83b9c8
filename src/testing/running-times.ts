import { UsageError } from '../domain/errors.js'
import type { JobId } from '../domain/job.js'
import { systemClock } from '../engine/clock.js'
import type { EngineEmitter } from '../engine/events.js'

// Real time that a running job gets before the clock goes on without it: a request to a server of the test takes some
// milliseconds, on a busy machine a tenth of a second.
const patienceMs = 250
// Real time after which nothing can be expected of a process that has nothing under way.
const stuckMs = 1_000
const tickMs = 1

// What stays open without any work: servers that listen, the pipes and ports of a test runner. All else may be what a job
// waits for: requests, files, sockets, timers.
const idleResources: readonly string[] = [
  'FSEventWrap',
  'MessagePort',
  'PipeServerWrap',
  'PipeWrap',
  'SignalWrap',
  'StatWatcher',
  'TCPServerWrap',
  'TTYWrap',
  'Worker',
]

interface Running {
  readonly task: string
  readonly since: number
}

/** The attempts that run now, by real time. */
export class RunningTimes {
  readonly #running = new Map<JobId, Running>()
  /** Of others, such as the time limit that a test runner has for the test. */
  readonly #timers = activeTimers()
  #idleSince: number | null = null

  constructor(events: EngineEmitter) {
    events.on('attempt.started', ({ job: { id, task } }) =>
      this.#running.set(id, { task, since: systemClock.monotonicMs() }),
    )
    events.on('attempt.settled', ({ job }) => this.#running.delete(job.id))
    events.on('attempt.refused', ({ job }) => this.#running.delete(job))
  }

  get count(): number {
    return this.#running.size
  }

  /** Whether a job has started just now, and something is under way that it may wait for. */
  get mayEndSoon(): boolean {
    if (this.count === 0 || !this.#hasWork) return false
    const from = systemClock.monotonicMs() - patienceMs
    return [...this.#running.values()].some(({ since }) => since > from)
  }

  /** Some real time passes. */
  async tick(): Promise<void> {
    await systemClock.sleep(tickMs)
  }

  /** Throws UsageError if nothing has been under way for some time that could end a job. */
  refuseIfStuck(): void {
    const now = systemClock.monotonicMs()
    this.#idleSince = this.#hasWork ? null : (this.#idleSince ?? now)
    if (this.#idleSince === null || now - this.#idleSince < stuckMs) return
    this.#idleSince = null
    const jobs = [...this.#running].map(([id, { task }]) => `${id} (${task})`)
    throw new UsageError(
      'E_TEST_STUCK',
      `drain() waits for ${jobs.join(', ')}, and nothing is under way in this process that could end it`,
      'move the time to its time limit with advance(), or resolve what it waits for',
    )
  }

  get #hasWork(): boolean {
    const isWork = (name: string) => name !== 'Timeout' && !idleResources.includes(name)
    return activeTimers() > this.#timers || process.getActiveResourcesInfo().some(isWork)
  }
}

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
