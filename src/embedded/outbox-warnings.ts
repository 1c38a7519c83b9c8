import { messageWithHint } from '../domain/errors.js'
import { EngineEmitter } from '../engine/events.js'
import { warn } from './warn.js'

/** Warns as Node does, on stderr or to listeners of `warning`: nobody awaits the mover of this outbox. Each outage is warned of once. */
export function warningEvents(): EngineEmitter {
  const events = new EngineEmitter()
  let outage: string | null = null
  events.on('outbox.setAside', ({ file, row, why }) => {
    warn(`outbox ${file}: row ${row} cannot become a job, and is set aside: ${why}`)
  })
  events.on('job.enqueued', () => {
    outage = null
  })
  const warnOnce = (message: string) => {
    if (message !== outage) warn(message)
    outage = message
  }
  events.on('store.unavailable', ({ error }) => warnOnce(messageWithHint(error)))
  events.on('outbox.failed', ({ file, error }) => {
    warnOnce(`outbox ${file}: its rows stay where they are, and are tried again each minute: ${messageWithHint(error)}`)
  })
  events.on('service.failed', ({ service, error }) => warn(`the ${service} has ended: ${messageWithHint(error)}`))
  return events
}
