import type { Context } from '../../app/context.js'
import type { ForegroundEvent, ForegroundListener } from '../../app/run/foreground-worker.js'
import { formatDuration } from '../../domain/duration.js'
import type { EngineEmitter } from '../../engine/events.js'
import { errorLine, reportEngineErrors } from '../engine-errors.js'
import { jobName } from '../jobs/job-name.js'
import { ProgressLine } from '../jobs/progress-line.js'
import { say, sayOutput } from '../say.js'

/** Shows what happens in a foreground run: the task's own output as it comes, each retry, and that jobs are stopped. */
export function runReporter({ redact }: Pick<Context, 'redact'>, showsOutput: boolean): ForegroundListener {
  return (event: ForegroundEvent) => {
    if (event.kind === 'registered') reportRun(event.engine, redact, showsOutput)
    else if (event.kind === 'stopping-now') say('kills what still runs')
    else {
      const { running } = event
      const what = running.length === 1 ? `job ${running[0]}` : `${running.length} jobs`
      say(`stopping ${what}; a second signal ends at once`)
    }
  }
}

function reportRun(engine: EngineEmitter, redact: readonly string[], showsOutput: boolean): void {
  const bar = new ProgressLine(process.stderr)
  if (showsOutput) {
    engine.on('task.output', ({ text }) => bar.above(() => sayOutput(text)))
    engine.on('task.progress', ({ fraction, message }) => bar.show(fraction, message))
  }
  engine.on('attempt.settled', ({ job, outcome }) => {
    bar.above(() => {})
    if (outcome.kind !== 'retry') return
    const waitMs = Math.max(0, outcome.at - outcome.endedAt)
    const again = waitMs === 0 ? 'at once' : `in ${formatDuration(waitMs)}`
    say(
      `${job.id} ${jobName(job, redact)} attempt ${job.attempt}: ${errorLine(job, outcome.error, redact)}; again ${again}`,
    )
  })
  reportEngineErrors(engine)
}
