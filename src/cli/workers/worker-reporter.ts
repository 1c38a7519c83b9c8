import type { WorkerEvent, WorkSettings } from '../../app/workers/run-worker.js'
import type { JobsLeft } from '../../app/workers/work-left.js'
import { formatDuration } from '../../domain/duration.js'
import type { QueueShare } from '../../domain/queues.js'
import { shellTask } from '../../domain/shell-task.js'
import { logEngine } from '../log/engine-log.js'
import type { Log } from '../log/log.js'
import { say } from '../say.js'
import { sayDeclared } from '../schedules/declare-text.js'
import { reportSlots } from '../schedules/slot-reporter.js'

/** Says what happens to a worker of these settings, which knows so many tasks. */
export function showWorker(
  settings: WorkSettings,
  taskCount: number,
  redact: readonly string[],
  log: Log,
): (event: WorkerEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'registered':
        logEngine(event.engine, log, redact)
        return reportSlots(event.engine, log)
      case 'ready':
        return log.entry({
          level: 'info',
          event: 'worker.ready',
          text: `worker ${event.worker} is ready: ${plural(taskCount, 'task')}, ${described(settings)}`,
          facts: { worker: event.worker },
        })
      case 'schedules-unchecked':
      case 'schedules-declared':
        return sayDeclared(event)
      case 'watching':
        return say('watches the code for changes')
      case 'load-output':
        return log.output(null, event.text)
      case 'load-slow':
        return say('the code has changed: it still loads, and jobs go on with the old one')
      case 'load-failed':
        return say(`the code has changed, but cannot be loaded: ${event.why}`, 'error')
      case 'module-faulty':
        return say(`faulty module: ${event.fault.message}`, 'warning')
      case 'reload-refused':
        return say('the code has changed, but not all of it can be loaded: jobs go on with the old one', 'error')
      case 'reloaded':
        return say('the code has changed: jobs that begin now run the new one')
      case 'config-refused':
        return say(refusedConfigText(event.why), 'error')
      case 'config-changed':
        return say(`the config has changed (${event.names.join(', ')}): the worker starts again with it`)
      case 'polls':
        return say(`files cannot be watched (${event.code}): looks for changes twice a second; see "offstage doctor"`)
      case 'unwatched':
        return say(`cannot be watched: ${event.why}`)
      case 'queue-paused':
        return say(`${event.name} is paused; resume it: offstage queues resume ${event.name}`)
      case 'stopping':
        return log.entry({
          level: 'info',
          event: 'worker.stopping',
          text: stoppingText(event.worker, event.running, settings.graceMs),
          facts: { worker: event.worker, running: event.running },
        })
      case 'stopping-now':
        return say(endingText(event.running), 'warning')
      case 'jobs-left':
        if (event.left.count > 0) say(leftText(event.left), 'warning')
    }
  }
}

export function refusedConfigText(why: string): string {
  return `the config cannot be used, and the worker goes on with what it had: ${why}`
}

function described({ queues, concurrency }: WorkSettings): string {
  const which = queues === null ? 'all queues' : queues.shares.map(shareText).join(queues.strict ? ', then ' : ', ')
  return `${plural(concurrency, 'job')} at a time, ${which}`
}

function shareText({ name, weight }: QueueShare): string {
  return weight === 1 ? name : `${name}:${weight}`
}

function stoppingText(worker: string, running: number, graceMs: number): string {
  if (running === 0) return `worker ${worker} stops`
  return `worker ${worker} stops: ${plural(running, 'running job')} may finish within ${formatDuration(graceMs)}; a second signal ends it at once`
}

function endingText(running: number): string {
  return running === 0
    ? 'ends at once'
    : `ends at once: ${plural(running, 'running job')} ${running === 1 ? 'goes back to its queue' : 'go back to their queues'}`
}

// More names than that help nobody.
const maxNamed = 10

/** Jobs of tasks that this worker does not know wait for one that does. */
function leftText({ count, tasks }: JobsLeft): string {
  const shown = tasks.map((task) => (task === shellTask ? 'commands (without --allow-commands)' : task))
  const named = shown.slice(0, maxNamed).join(', ')
  const more = tasks.length > maxNamed ? `, and ${tasks.length - maxNamed} more` : ''
  return `left ${plural(count, 'job')} of tasks that this worker does not know: ${named}${more}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
