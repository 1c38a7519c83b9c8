import { formatDuration } from '../../domain/duration.js'
import type { JobError } from '../../domain/failure.js'
import type { ClaimedJob, JobId } from '../../domain/job.js'
import type { EngineEmitter } from '../../engine/events.js'
import { describeExit } from '../../engine/hosts/process-exit.js'
import { shownError } from '../../views/job.js'
import { ProgressLine } from '../jobs/progress-line.js'
import { say, sayOutput } from '../say.js'

/** Shows what happens in a foreground run: the task's own output as it comes, and each retry. */
export function reportRun(events: EngineEmitter, redact: readonly string[], showsOutput: boolean): void {
  const bar = new ProgressLine(process.stderr)
  if (showsOutput) {
    events.on('task.output', ({ text }) => bar.above(() => sayOutput(text)))
    events.on('task.progress', ({ fraction, message }) => bar.show(fraction, message))
  }
  events.on('attempt.settled', ({ job, outcome }) => {
    bar.above(() => {})
    if (outcome.kind !== 'retry') return
    const waitMs = Math.max(0, outcome.at - outcome.endedAt)
    const again = waitMs === 0 ? 'at once' : `in ${formatDuration(waitMs)}`
    say(`${job.id} ${job.task} attempt ${job.attempt}: ${errorLine(job, outcome.error, redact)}; again ${again}`)
  })
  reportTroubles(events)
}

/** Shows what a worker's jobs print, each line with the job that wrote it. */
export function reportWorker(events: EngineEmitter, redact: readonly string[]): void {
  const lines = new LineBuffer((id, line) => sayOutput(`${id ?? '-'} | ${line}\n`))
  events.on('task.output', ({ id, text }) => lines.add(id, text))
  events.on('attempt.settled', ({ job, outcome }) => {
    lines.flush(job.id)
    if (outcome.kind !== 'retry' && outcome.kind !== 'failed') return
    const next = outcome.kind === 'failed' ? 'failed' : 'will be tried again'
    say(`${job.id} ${job.task} attempt ${job.attempt} ${next}: ${errorLine(job, outcome.error, redact)}`)
  })
  events.on('attempt.refused', ({ job }) => lines.flush(job))
  events.on('worker.evicted', ({ worker, next }) => {
    say(`worker ${worker} was not heard of for too long and lost its jobs; it goes on as ${next}`)
  })
  reportTroubles(events)
}

function errorLine(job: ClaimedJob, error: JobError, redact: readonly string[]): string {
  const { name, message } = shownError(job, error, redact)
  return `${name}: ${message}`
}

/** Shows what a scheduler decides, but for the slots that fire as they should. */
export function reportScheduler(events: EngineEmitter): void {
  events.on('schedule.slots', ({ schedule: name, records }) => {
    const unusual = records.filter(({ outcome }) => outcome !== 'fired')
    for (const { slot, outcome, reason } of unusual.slice(0, maxReported)) {
      say(`schedule ${name}: ${new Date(slot).toISOString()} ${outcome}${reason === null ? '' : `: ${reason}`}`)
    }
    const others = unusual.length - maxReported
    if (others > 0) say(`schedule ${name}: and ${others} more; see "offstage schedule history ${name}"`)
  })
  events.on('clock.back', ({ byMs }) => {
    say(`the clock went back by ${formatDuration(byMs)}: slots that were decided while it was ahead do not fire again`)
  })
  events.on('schedule.faulty', ({ schedule, why }) => say(`schedule ${schedule} is faulty: ${why}`))
}

function reportTroubles(events: EngineEmitter): void {
  events.on('attempt.refused', ({ job, attempt }) =>
    say(`${job} attempt ${attempt}: its lease was over, its end was refused`),
  )
  events.on('process.exited', ({ exit }) => say(`the task process died (${describeExit(exit)})`))
  events.on(
    'store.unavailable',
    seldom(({ error }) => say(`warning: ${error.message}; trying again`)),
  )
}

const maxReported = 5

const sayAgainMs = 10_000

/** Reports the same trouble once in a while, however often it happens. */
function seldom(report: (event: { error: Error }) => void): (event: { error: Error }) => void {
  const reportedAt = new Map<string, number>()
  return ({ error }) => {
    const now = performance.now()
    if (now - (reportedAt.get(error.message) ?? Number.NEGATIVE_INFINITY) < sayAgainMs) return
    reportedAt.set(error.message, now)
    report({ error })
  }
}

const maxLine = 64 * 1024

/** Puts the pieces of each job's output together into whole lines. */
class LineBuffer {
  readonly #rests = new Map<JobId | null, string>()
  readonly #write: (id: JobId | null, line: string) => void

  constructor(write: (id: JobId | null, line: string) => void) {
    this.#write = write
  }

  add(id: JobId | null, text: string): void {
    const lines = text.split('\n')
    lines[0] = (this.#rests.get(id) ?? '') + (lines[0] ?? '')
    const rest = lines.pop() ?? ''
    for (const line of lines) this.#write(id, line)
    // What has no line end for so long is a line all the same.
    if (rest.length > maxLine) this.#write(id, rest)
    this.#rests.set(id, rest.length > maxLine ? '' : rest)
  }

  flush(id: JobId): void {
    const rest = this.#rests.get(id)
    if (rest) this.#write(id, rest)
    this.#rests.delete(id)
  }
}
