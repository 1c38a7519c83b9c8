import type { WorkerEvent, WorkSettings } from '../../app/workers/run-worker.js'
import type { JobsLeft } from '../../app/workers/work-left.js'
import type { QueueShare } from '../../domain/queues.js'
import type { EngineEmitter } from '../../engine/events.js'
import { errorLine, reportEngineErrors } from '../engine-errors.js'
import { say, sayOutput } from '../say.js'
import { sayDeclared } from '../schedules/declare-text.js'
import { reportSlots } from '../schedules/slot-reporter.js'
import { LineBuffer } from './line-buffer.js'

/** Says what happens to a worker of these settings, which knows so many tasks. */
export function showWorker(
  settings: WorkSettings,
  taskCount: number,
  redact: readonly string[],
): (event: WorkerEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'registered':
        reportJobs(event.engine, redact)
        return reportSlots(event.engine)
      case 'ready':
        return say(`worker ${event.worker} is ready: ${plural(taskCount, 'task')}, ${described(settings)}`)
      case 'schedules-unchecked':
      case 'schedules-declared':
        return sayDeclared(event)
      case 'watching':
        return say('watches the code for changes')
      case 'load-output':
        return sayOutput(event.text)
      case 'load-slow':
        return say('the code has changed: it still loads, and jobs go on with the old one')
      case 'load-failed':
        return say(`the code has changed, but cannot be loaded: ${event.why}`)
      case 'module-faulty':
        return say(`faulty module: ${event.fault.message}`)
      case 'reload-refused':
        return say('the code has changed, but not all of it can be loaded: jobs go on with the old one')
      case 'reloaded':
        return say('the code has changed: jobs that begin now run the new one')
      case 'config-refused':
        return say(`the config cannot be used, and the worker goes on with what it had: ${event.why}`)
      case 'config-changed':
        return say(`the config has changed (${event.names.join(', ')}): the worker starts again with it`)
      case 'polls':
        return say(`files cannot be watched (${event.code}): looks for changes twice a second; see "offstage doctor"`)
      case 'unwatched':
        return say(`cannot be watched: ${event.why}`)
      case 'queue-paused':
        return say(`${event.name} is paused; resume it: offstage queues resume ${event.name}`)
      case 'stopping':
        return say(stoppingText(event.worker, event.running))
      case 'jobs-left':
        if (event.left.count > 0) say(leftText(event.left))
    }
  }
}

/** Shows what a worker's jobs print, each line with the job that wrote it, and which attempts fail. */
function reportJobs(engine: EngineEmitter, redact: readonly string[]): void {
  const lines = new LineBuffer((id, line) => sayOutput(`${id ?? '-'} | ${line}\n`))
  engine.on('task.output', ({ id, text }) => lines.add(id, text))
  engine.on('attempt.settled', ({ job, outcome }) => {
    lines.flush(job.id)
    if (outcome.kind !== 'retry' && outcome.kind !== 'failed') return
    const next = outcome.kind === 'failed' ? 'failed' : 'will be tried again'
    say(`${job.id} ${job.task} attempt ${job.attempt} ${next}: ${errorLine(job, outcome.error, redact)}`)
  })
  engine.on('attempt.refused', ({ job }) => lines.flush(job))
  engine.on('worker.evicted', ({ worker, next }) => {
    say(`worker ${worker} was not heard of for too long and lost its jobs; it goes on as ${next}`)
  })
  reportEngineErrors(engine)
}

function described({ queues, concurrency }: WorkSettings): string {
  const which = queues === null ? 'all queues' : queues.shares.map(shareText).join(queues.strict ? ', then ' : ', ')
  return `${plural(concurrency, 'job')} at a time, ${which}`
}

function shareText({ name, weight }: QueueShare): string {
  return weight === 1 ? name : `${name}:${weight}`
}

function stoppingText(worker: string, running: number): string {
  if (running === 0) return `worker ${worker} stops`
  return `worker ${worker} stops: ${plural(running, 'running job')} may finish; a second signal ends it at once`
}

// More names than that help nobody.
const maxNamed = 10

/** Jobs of tasks that this worker does not know wait for one that does. */
function leftText({ count, tasks }: JobsLeft): string {
  const named = tasks.slice(0, maxNamed).join(', ')
  const more = tasks.length > maxNamed ? `, and ${tasks.length - maxNamed} more` : ''
  return `left ${plural(count, 'job')} of tasks that this worker does not know: ${named}${more}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
