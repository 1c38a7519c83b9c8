import type { EngineEmitter } from '../../engine/events.js'
import { reportEngineErrors } from '../engine-errors.js'
import { endedEntry, startedEntry, stoppingEntry } from './job-entries.js'
import type { Log } from './log.js'

// More ids than that help nobody.
const maxNamed = 10

const replaceReasons = {
  age: 'it has run many jobs',
  memory: 'it uses much memory',
  'abandoned job': 'a job was abandoned in it',
  'late error': 'an error came in it after the end of a job',
} as const

/** Writes what happens to the jobs of a worker, and to the worker itself. */
export function logEngine(engine: EngineEmitter, log: Log, redact: readonly string[]): void {
  engine.on('task.output', ({ id, text }) => log.output(id, text))
  engine.on('attempt.started', (event) => log.entry(startedEntry(event, redact)))
  engine.on('attempt.stopping', (event) => log.entry(stoppingEntry(event, redact)))
  engine.on('attempt.settled', (event) => {
    log.endOutput(event.job.id)
    const entry = endedEntry(event, redact)
    if (entry !== null) log.entry(entry)
  })
  engine.on('attempt.refused', ({ job }) => log.endOutput(job))
  engine.on('worker.lost', ({ worker, jobs }) => {
    const more = jobs.length > maxNamed ? `, and ${jobs.length - maxNamed} more` : ''
    const text = jobs.length === 0 ? 'it had no jobs' : `took over ${jobs.slice(0, maxNamed).join(', ')}${more}`
    const facts = { lostWorker: worker, jobs: jobs.slice(0, maxNamed), count: jobs.length }
    log.entry({
      level: 'warning',
      event: 'worker.lost',
      text: `worker ${worker} died or stopped answering: ${text}`,
      facts,
    })
  })
  engine.on('worker.evicted', ({ worker, next, isEmptied }) => {
    const why = isEmptied
      ? `somebody has emptied the store: worker ${worker}, its jobs and all others are gone`
      : `worker ${worker} was not heard of for too long and lost its jobs`
    const text = `${why}; it goes on as ${next}`
    log.entry({ level: 'error', event: 'worker.evicted', text, facts: { worker, next, isEmptied } })
  })
  engine.on('worker.stopped', ({ worker }) => {
    log.entry({ level: 'info', event: 'worker.stopped', text: `worker ${worker} has stopped`, facts: { worker } })
  })
  engine.on('process.replaced', ({ reason }) => {
    const text = `a task process is replaced: ${replaceReasons[reason]}`
    log.entry({ level: 'info', event: 'process.replaced', text, facts: { reason } })
  })
  reportEngineErrors(engine)
}
